import { always, ok, status } from '@truecount/testkit'
import type { Page } from 'playwright-core'
import { SECOND_PATH, track, trackAndLeave } from './scenario.ts'
import type { Scenario, Stage } from './scenario.ts'

const COUNT_RESTORES = `
window.restores = 0
addEventListener('pageshow', (event) => { if (event.persisted) window.restores++ })`

/** Goes back as a visitor does, and resolves when the page was taken out of the back/forward cache. */
async function goBack(page: Page, restores: number): Promise<void> {
  await page.evaluate(() => void setTimeout(() => history.back()))
  await page.waitForFunction((n) => (window as unknown as { restores?: number }).restores === n, restores)
}

/** Events 1 to 50, by a page that goes into the back/forward cache twice and another that follows it both times. */
async function thereAndBackTwice({ open }: Stage): Promise<void> {
  const page = await open()
  await trackAndLeave(page, 1, 10, 0, SECOND_PATH)
  await page.waitForFunction(() => 'subject' in window)
  await track(page, 11, 20)
  await goBack(page, 1)
  await track(page, 21, 25)
  await trackAndLeave(page, 26, 30, 0, SECOND_PATH)
  await page.waitForFunction(() => 'subject' in window)
  await track(page, 31, 40)
  await goBack(page, 2)
  await track(page, 41, 50)
}

export const backForwardScenarios: readonly Scenario[] = [
  {
    name: 'back/forward cache, there and back twice',
    tracked: 50,
    withoutReturn: true,
    before: COUNT_RESTORES,
    run: thereAndBackTwice,
  },
  {
    name: 'back/forward cache, there and back twice in an outage',
    tracked: 50,
    before: COUNT_RESTORES,
    async run(stage) {
      stage.collector.setFaults(always(status(503)))
      await thereAndBackTwice(stage)
      stage.collector.setFaults(always(ok))
    },
  },
  {
    name: 'back/forward cache, with other tabs that take over what the page left',
    tracked: 60,
    before: COUNT_RESTORES,
    async run(stage) {
      stage.collector.setFaults(always(status(503)))
      const page = await stage.open()
      await trackAndLeave(page, 1, 10)
      const heir = await stage.open()
      await track(heir, 11, 20)
      await goBack(page, 1)
      await trackAndLeave(page, 21, 30)
      await heir.close()
      const secondHeir = await stage.open()
      await track(secondHeir, 31, 40)
      stage.collector.setFaults(always(ok))
      await goBack(page, 2)
      await track(page, 41, 60)
    },
  },
]
