import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Backend, Tally } from './backend.ts'
import { startChromium } from './chromium.ts'
import { FRAMED_PATH, NEXT_PATH } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'
import { htmlPage, startSite } from './site.ts'
import type { Site } from './site.ts'
import type { PageFigures, Subject } from './subject.ts'

export interface ScenarioResult {
  readonly tally: Tally
  /** Events that were stored only after the visitor came back. */
  readonly late: readonly number[]
  /** Of the last visit, which tracks one event that proves the way to the collector open. */
  readonly lastVisit: PageFigures | undefined
}

/** Puts a subject through a scenario in a fresh browser profile; the last visit waits until nothing is left to send. */
export async function runScenario(subject: Subject, scenario: Scenario, collector: Backend): Promise<ScenarioResult> {
  const profile = await mkdtemp(join(tmpdir(), 'truecount-profile-'))
  const site = await startScenarioSite(subject, scenario, collector)
  let context = await startChromium(profile, scenario.preferences)
  const stage: Stage = {
    collector,
    context: () => context,
    async open(path = '/') {
      const page = await context.newPage()
      await page.goto(site.url + path)
      if (path === '/') await page.waitForFunction(() => 'subject' in window && window.subject.figures !== undefined)
      return page
    },
    async restartBrowser() {
      await context.close()
      context = await startChromium(profile)
    },
  }
  try {
    await scenario.run(stage)
    if (scenario.withoutReturn) await collector.waitForStored(scenario.tracked)
    const { lost: late } = await collector.tally(scenario.tracked)
    const proof = scenario.tracked + 1
    const lastVisit = await visitOnceMore(await stage.open(), proof, collector)
    return { tally: await collector.tally(proof), late, lastVisit }
  } finally {
    await context.close()
    await site.stop()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function visitOnceMore(page: Page, proof: number, collector: Backend): Promise<PageFigures | undefined> {
  await collector.waitForStored(proof - 1)
  await page.evaluate((n) => {
    window.subject.track(n, '')
    window.subject.flush()
  }, proof)
  await collector.waitForStored(proof)
  await page.waitForFunction(() => window.subject.isIdle())
  return page.evaluate(() => window.subject.figures())
}

async function startScenarioSite(subject: Subject, scenario: Scenario, collector: Backend): Promise<Site> {
  const script = (body: string | undefined) => ({ type: 'text/javascript', body: body ?? '' })
  return startSite({
    headers: scenario.headers?.(collector.url) ?? {},
    files: {
      ...(await subject.files(collector.url, collector.key)),
      '/before.js': script(scenario.before),
      '/after.js': script(scenario.after),
      '/': htmlPage(`<script src="/before.js"></script>${subject.tags}<script src="/after.js"></script>`),
      [NEXT_PATH]: htmlPage(''),
      [FRAMED_PATH]: htmlPage('', '<iframe sandbox="allow-scripts" src="/"></iframe>'),
    },
  })
}
