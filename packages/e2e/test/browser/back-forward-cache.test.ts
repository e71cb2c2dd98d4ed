import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { always, hang } from '@truecount/testkit'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasChromium, startChromium } from './chromium.ts'
import { startRecordingBackend } from './recording-backend.ts'
import { NEXT_PATH, trackAndLeave } from './scenario.ts'
import { htmlPage, startSite } from './site.ts'
import { truecount } from './truecount-subject.ts'

const SAY_WHETHER_RESTORED = `addEventListener('pageshow', (event) => { window.isRestored = event.persisted })`

/** Leaves the page and comes back: whether it was restored, and what Chromium says kept it from that. */
async function leaveAndReturn(page: Page): Promise<{ isRestored: boolean; obstacles: readonly string[] }> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.enable')
  const obstacles: string[] = []
  session.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => {
    obstacles.push(...notRestoredExplanations.map(({ reason }) => reason))
  })
  await trackAndLeave(page, 1, 20, 1024)
  await page.evaluate(() => void setTimeout(() => history.back()))
  const returned = await page.waitForFunction(() => {
    const { isRestored } = window as unknown as { isRestored?: boolean }
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    if (isRestored === undefined || (!isRestored && navigation?.type !== 'back_forward')) return undefined
    return { isRestored }
  })
  return { isRestored: (await returned.jsonValue())?.isRestored === true, obstacles }
}

async function visit(hostScript: string): ReturnType<typeof leaveAndReturn> {
  const profile = await mkdtemp(join(tmpdir(), 'truecount-profile-'))
  const collector = await startRecordingBackend()
  collector.setFaults(always(hang))
  const script = { type: 'text/javascript', body: `${SAY_WHETHER_RESTORED}\n${hostScript}` }
  const page = htmlPage(`<script src="/host.js"></script>${truecount.tags}`)
  const own = await truecount.files(collector.url, collector.key)
  const site = await startSite({
    headers: {},
    files: { ...own, '/host.js': script, '/': page, [NEXT_PATH]: htmlPage('') },
  })
  const context = await startChromium(profile)
  try {
    const tab = await context.newPage()
    await tab.goto(`${site.url}/`)
    await tab.waitForFunction(() => 'subject' in window)
    return await leaveAndReturn(tab)
  } finally {
    await context.close()
    await Promise.all([site.stop(), collector.stop()])
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

describe('the SDK leaves the back/forward cache to the page', () => {
  test.skipIf(!hasChromium)('with its lock, its listeners and requests in flight, the page is restored', async () => {
    expect(await visit('')).toEqual({ isRestored: true, obstacles: [] })
  })

  test.skipIf(!hasChromium)('the proof that this can fail: a page with an unload listener is not', async () => {
    const { isRestored, obstacles } = await visit(`addEventListener('unload', () => undefined)`)
    expect(isRestored).toBe(false)
    expect(obstacles).toContain('UnloadHandlerExistsInMainFrame')
  })
})
