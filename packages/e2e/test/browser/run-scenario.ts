import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Backend, Tally } from './backend.ts'
import { startChromium } from './chromium.ts'
import { FRAMED_PATH, NEXT_PATH, SECOND_PATH } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { htmlPage, startSite } from './site.ts'
import type { Site } from './site.ts'
import type { PageFigures, Subject } from './subject.ts'

export interface ScenarioResult {
  readonly tally: Tally
  /** Events that were stored only after the visitor came back; `undefined` where that can't be seen. */
  readonly late: number | undefined
  /** Of every page with the SDK that is there at the end, the last visit's first. */
  readonly pages: readonly (PageFigures | undefined)[]
}

/**
 * Puts a subject through a scenario in a fresh browser profile. Then visits once more, tracks one event that proves the
 * way to the collector open, and waits until no page has anything left to send.
 */
export async function runScenario(subject: Subject, scenario: Scenario, collector: Backend): Promise<ScenarioResult> {
  const profile = await mkdtemp(join(tmpdir(), 'truecount-profile-'))
  const site = await startScenarioSite(subject, scenario, collector)
  let context = await startChromium(profile, scenario.preferences)
  const alive = new Set<Page>()
  const stage: Stage = {
    collector,
    context: () => context,
    async open(path = '/') {
      const page = await context.newPage()
      alive.add(page)
      page.on('crash', () => alive.delete(page)).on('close', () => alive.delete(page))
      await page.goto(site.url + path)
      if (path === '/') await page.waitForFunction(() => 'subject' in window)
      return page
    },
    async restartBrowser() {
      // Closing the context alone would tell no page that it goes away.
      await Promise.all([...alive].map((page) => page.close()))
      await context.close()
      context = await startChromium(profile)
    },
  }
  try {
    await scenario.run(stage)
    const late = await countLate(scenario, collector)
    const others = [...alive]
    const proof = scenario.tracked + 1
    const pages = [await trackProof(await stage.open(), proof, collector)]
    for (const page of others) if (await hasSubject(page)) pages.push(await figuresAtRest(page))
    return { tally: await collector.tally(proof), late, pages }
  } finally {
    await context.close()
    await site.stop()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function countLate({ withoutReturn, tracked }: Scenario, collector: Backend): Promise<number | undefined> {
  if (collector.waitForStored === undefined) return undefined
  if (withoutReturn) await collector.waitForStored(tracked)
  return (await collector.tally(tracked)).lost
}

async function trackProof(page: Page, proof: number, collector: Backend): Promise<PageFigures | undefined> {
  await collector.waitForStored?.(proof - 1)
  await page.evaluate((n) => {
    window.subject.track(n, '')
    window.subject.flush()
  }, proof)
  await collector.waitForStored?.(proof)
  return figuresAtRest(page)
}

async function hasSubject(page: Page): Promise<boolean> {
  return page.evaluate(() => 'subject' in window)
}

async function figuresAtRest(page: Page): Promise<PageFigures | undefined> {
  await page.waitForFunction(() => window.subject.isIdle())
  return page.evaluate(() => window.subject.figures())
}

async function startScenarioSite(subject: Subject, scenario: Scenario, collector: Backend): Promise<Site> {
  const script = (body: string | undefined) => ({ type: 'text/javascript', body: body ?? '' })
  const page = htmlPage(`<script src="/before.js"></script>${subject.tags}<script src="/after.js"></script>`)
  return startSite({
    headers: scenario.headers?.(collector.url) ?? {},
    files: {
      ...(await subject.files(collector.url, collector.key)),
      '/before.js': script(scenario.before),
      '/after.js': script(scenario.after),
      '/': page,
      [SECOND_PATH]: page,
      [NEXT_PATH]: htmlPage(''),
      [FRAMED_PATH]: htmlPage('', '<iframe sandbox="allow-scripts" src="/"></iframe>'),
    },
  })
}
