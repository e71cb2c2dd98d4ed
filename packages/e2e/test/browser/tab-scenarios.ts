import { always, hang, ok, sequence, status } from '@truecount/testkit'
import { FORBID_STORAGE } from './host-scenarios.ts'
import { failedAttempt } from './outage-scenarios.ts'
import { crash, track } from './scenario.ts'
import type { Scenario } from './scenario.ts'

/** As many connections as Chromium opens to one host at a time; whatever is asked beyond them waits. */
const CONNECTIONS = 6

/** What takes a request that outlives its page, a tab that waits for what others leave, or a browser of some years ago. */
export const tabScenarios: readonly Scenario[] = [
  {
    // Another tab holds every connection until the page is gone: only then is the SDK's request sent at all. A page that
    // is left by a link may be kept for going back, with its requests; one that is closed is not.
    name: 'tab closed while every connection to the collector is taken',
    tracked: 10,
    withoutReturn: true,
    async run({ open, collector }) {
      collector.setFaults(sequence(Array(CONNECTIONS).fill(hang), ok))
      const other = await open()
      await other.evaluate(takeConnections, {
        url: `${collector.url}/api/v1/events/batch?key=host`,
        count: CONNECTIONS,
      })
      const page = await open()
      await track(page, 1, 10)
      await page.close()
      await other.close()
    },
  },
  {
    // The second attempt is a request that would end with the page, and storage keeps nothing.
    name: 'storage that throws, tab closed while its second attempt waits for a connection',
    tracked: 10,
    withoutReturn: true,
    before: FORBID_STORAGE,
    async run({ open, collector }) {
      const [other, page] = [await open(), await open()]
      collector.setFaults(sequence([status(503, { retryAfter: 2 }), ...Array<typeof hang>(CONNECTIONS).fill(hang)], ok))
      const failed = page.waitForResponse((response) => response.status() === 503)
      await track(page, 1, 10)
      await failed
      const again = page.waitForRequest((request) => request.url().startsWith(collector.url))
      await other.evaluate(takeConnections, {
        url: `${collector.url}/api/v1/events/batch?key=host`,
        count: CONNECTIONS,
      })
      await again
      await page.close()
      await other.close()
    },
  },
  {
    name: 'crash of a tab that was told to wait, another tab staying that tracked before',
    tracked: 21,
    withoutReturn: true,
    async run({ open, collector }) {
      const [staying, doomed] = [await open(), await open()]
      collector.setFaults(always(status(503, { retryAfter: 600 })))
      const failed = failedAttempt(doomed, collector)
      await track(doomed, 1, 20)
      await failed
      collector.setFaults(always(ok))
      const sent = staying.waitForResponse((response) => response.url().startsWith(collector.url))
      await track(staying, 21, 21)
      await sent
      await crash(doomed)
    },
  },
  {
    name: 'crash of a tab that was told to wait, another tab staying that tracks after it',
    tracked: 21,
    withoutReturn: true,
    async run({ open, collector }) {
      const [staying, doomed] = [await open(), await open()]
      collector.setFaults(always(status(503, { retryAfter: 600 })))
      const failed = failedAttempt(doomed, collector)
      await track(doomed, 1, 20)
      await failed
      await crash(doomed)
      collector.setFaults(always(ok))
      await track(staying, 21, 21)
    },
  },
  {
    name: 'a browser without AbortSignal.timeout',
    tracked: 5,
    withoutReturn: true,
    before: 'delete AbortSignal.timeout',
    async run({ open }) {
      await track(await open(), 1, 5)
    },
  },
]

function takeConnections({ url, count }: { readonly url: string; readonly count: number }): void {
  for (let i = 0; i < count; i++) {
    void fetch(url, { method: 'POST', body: `[{"event_name":"host","idempotency_key":"host-${i}"}]` }).catch(
      () => undefined,
    )
  }
}
