import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { always, ok, status } from '@truecount/testkit'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasChromium, startChromium } from './chromium.ts'
import { startRecordingBackend } from './recording-backend.ts'
import type { Backend } from './backend.ts'
import { htmlPage, startSite } from './site.ts'
import type { Site } from './site.ts'
import { truecount } from './truecount-subject.ts'

let profile: string
let context: BrowserContext
let collector: Backend
let site: Site

beforeEach(async () => {
  if (!hasChromium) return
  profile = await mkdtemp(join(tmpdir(), 'truecount-profile-'))
  collector = await startRecordingBackend()
  const own = await truecount.files(collector.url, collector.key)
  site = await startSite({ headers: {}, files: { ...own, '/': htmlPage('') } })
  context = await startChromium(profile)
})

afterEach(async () => {
  if (!hasChromium) return
  await context.close()
  await Promise.all([site.stop(), collector.stop()])
  await rm(profile, { recursive: true, force: true, maxRetries: 5 })
})

/** A page with a tracker of its own, under `globalThis.tracker`. */
async function visit(options = '{}'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${site.url}/`)
  const { url: endpoint, key } = collector
  await page.evaluate(`import('/truecount.js').then(({ createTracker }) => {
    globalThis.tracker = createTracker({ ...${JSON.stringify({ endpoint, key })}, ...${options} })
  })`)
  return page
}

/** Leaves an event and ids behind that the collector would not take, and an entry of the site's own. */
async function leaveSomething(): Promise<Page> {
  collector.setFaults(always(status(503)))
  const page = await visit()
  const failed = page.waitForResponse((response) => response.status() === 503)
  await page.evaluate(`localStorage.setItem('cart', '[1]'); tracker.identify('ann'); tracker.track('step', { n: 1 })`)
  await failed
  expect(((await stored(page)) as string[]).length).toBeGreaterThan(2)
  return page
}

const stored = (page: Page) => page.evaluate('Object.keys(localStorage)')

describe.skipIf(!hasChromium)('after optOut() nothing is left in storage, and nothing of before is sent', () => {
  test.each([
    ['consent that had been given', undefined],
    ['consent that was denied from the start, after an earlier visit', `{ consent: 'denied' }`],
    ['consent that was pending, after an earlier visit', `{ consent: 'pending' }`],
  ])('%s', async (_, options) => {
    const first = await leaveSomething()
    if (options !== undefined) await first.close()
    const page = options === undefined ? first : await visit(options)
    await page.evaluate('tracker.optOut()')
    expect(await stored(page)).toEqual(['cart'])
    await page.close()

    collector.setFaults(always(ok))
    const later = await visit()
    await later.evaluate(`tracker.track('step', { n: 2 }); tracker.flush()`)
    await later.waitForFunction('tracker.stats().delivered === 1')
    // Number 2 has come, and number 1 has not.
    expect(await collector.tally(2)).toMatchObject({ lost: 1 })
    expect(await later.evaluate('tracker.stats()')).toMatchObject({ captured: 1, adopted: 0 })
  })
})
