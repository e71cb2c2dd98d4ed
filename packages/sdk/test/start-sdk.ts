import { parseLaneKey, type DropReport } from '@truecount/protocol'
import type { Recorded } from '@truecount/testkit'
import { expect } from 'vitest'
import { createTracker, type Tracker, type TrackerOptions } from '../src/node/index.ts'

/** The real Node tracker against a collector of the test, quick to send. */
export function startSdk(endpoint: string, options: Partial<TrackerOptions> = {}): Tracker {
  const tracker = createTracker({ key: 'tc_pub_test', endpoint, flushIntervalMs: 5, ...options })
  tracker.on('error', () => undefined)
  return tracker
}

/** lost = 0, doubled = 0, and the collector's own sum: no number of a lane is missing. */
export function expectBooksClosed(tracker: Tracker, { stored, received, requests }: Recorded): void {
  const { captured, adopted, delivered, rejected, dropped, waiting } = tracker.stats()
  expect({ adopted, sum: delivered + rejected + dropped + waiting }).toEqual({ adopted: 0, sum: captured })
  expect({ delivered, waiting }).toEqual({ delivered: stored.size, waiting: 0 })

  const numbers = [...stored.keys()].flatMap((key) => parseLaneKey(key)?.seq ?? [])
  const reports = [...stored.values()].filter(({ event_name }) => event_name === '$dropped')
  const told = reports.flatMap(({ metadata }) => Object.values((metadata as unknown as DropReport).reasons))
  const refused = [...received.keys()].filter((key) => !stored.has(key) && parseLaneKey(key) !== undefined).length
  expect(new Set(numbers).size, `${requests.length} requests`).toBe(numbers.length)
  const missing =
    Math.max(0, ...numbers) -
    numbers.length -
    Math.max(
      refused,
      told.reduce((sum, n) => sum + n, 0),
    )
  expect({ missing }).toEqual({ missing: 0 })
}
