import { setTimeout as delay } from 'node:timers/promises'
import { always, dropReply, hang, ok, sequence, status } from '@truecount/testkit'
import type { Page } from 'playwright-core'
import type { Backend } from './backend.ts'
import { crash, track } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const OFFLINE_MS = 5000

/** Resolves when the page has learned that an attempt failed: refused, cut, or answered with an error. */
export async function failedAttempt(page: Page, collector: Backend): Promise<void> {
  const isEvents = (url: string) => url.startsWith(collector.url)
  await Promise.race([
    page.waitForEvent('requestfailed', (request) => isEvents(request.url())),
    page.waitForEvent('response', (response) => isEvents(response.url()) && response.status() >= 400),
  ])
}

/** Collectors and networks that fail. */
export const outageScenarios: readonly Scenario[] = [
  {
    name: 'lost acknowledgement: stored, then the connection is cut',
    tracked: 20,
    withoutReturn: true,
    async run({ open, collector }) {
      collector.setFaults(sequence([dropReply, dropReply], ok))
      await track(await open(), 1, 20)
    },
  },
  {
    name: 'collector refuses connections, browser closed and opened again',
    tracked: 20,
    async run({ open, collector, restartBrowser }) {
      await collector.goDown()
      const page = await open()
      const failed = failedAttempt(page, collector)
      await track(page, 1, 20)
      await failed
      await restartBrowser()
      await collector.comeBack()
    },
  },
  {
    name: '503, browser closed and opened again',
    tracked: 20,
    async run({ open, collector, restartBrowser }) {
      collector.setFaults(always(status(503)))
      const page = await open()
      const failed = failedAttempt(page, collector)
      await track(page, 1, 20)
      await failed
      await restartBrowser()
      collector.setFaults(always(ok))
    },
  },
  {
    name: 'two tabs closed under 503, browser opened again',
    tracked: 40,
    async run({ open, collector, restartBrowser }) {
      collector.setFaults(always(status(503, { retryAfter: 60 })))
      const tabs = [await open(), await open()]
      const failed = tabs.map((tab) => failedAttempt(tab, collector))
      await Promise.all(tabs.map((tab, i) => track(tab, 1 + 20 * i, 20 + 20 * i)))
      await Promise.all(failed)
      await Promise.all(tabs.map((tab) => tab.close()))
      await restartBrowser()
      collector.setFaults(always(ok))
    },
  },
  {
    name: 'crash of the tab while the collector never answers',
    tracked: 20,
    async run({ open, collector }) {
      collector.setFaults(always(hang))
      const page = await open()
      const asked = page.waitForRequest((request) => request.url().startsWith(collector.url))
      await track(page, 1, 20)
      await asked
      await crash(page)
      collector.setFaults(always(ok))
    },
  },
  {
    name: 'offline and back, the page staying',
    tracked: 20,
    withoutReturn: true,
    async run({ open, context, collector }) {
      const page = await open()
      await context().setOffline(true)
      const failed = failedAttempt(page, collector)
      await track(page, 1, 20)
      // An SDK may know that it is offline, and make no attempt.
      await Promise.race([failed, delay(OFFLINE_MS)])
      await context().setOffline(false)
    },
  },
]
