import { DROPPED_EVENT_NAME, parseLaneKey } from '@truecount/protocol'
import { startRecordingCollector } from '@truecount/testkit'
import type { Recorded } from '@truecount/testkit'
import type { Backend, Tally } from './backend.ts'

const LATEST_MS = 15_000

/** A backend in memory that fails as it is told. */
export async function startRecordingBackend(): Promise<Backend> {
  const collector = await startRecordingCollector()
  return {
    url: collector.url,
    key: 'tc_pk_test',
    goDown: collector.goDown,
    comeBack: collector.comeBack,
    setFaults: collector.setFaults,
    stop: collector.stop,
    waitForStored: (last) =>
      collector
        .waitFor((seen) => lostOf(seen, last) === 0, LATEST_MS)
        // Not a failure of its own: the tally tells.
        .catch(() => undefined),
    tally: async (last) => tallyOf(collector, last),
  }
}

function tallyOf(seen: Recorded, last: number): Tally {
  const numbers = numbersOf(seen)
  return {
    lost: lostOf(seen, last),
    doubled: numbers.length - new Set(numbers).size,
    missing: missingOf(seen),
    dropped: [...seen.stored.values()].filter((event) => event.event_name === DROPPED_EVENT_NAME).length,
    repeated: [...seen.received.values()].reduce((sum, arrivals) => sum + arrivals - 1, 0),
    preflights: seen.requests.filter(({ method }) => method !== 'POST').length,
  }
}

function numbersOf({ stored }: Recorded): number[] {
  return [...stored.values()].flatMap(({ metadata }) => {
    const n = (metadata as { n?: unknown } | undefined)?.n
    return typeof n === 'number' ? [n] : []
  })
}

function lostOf(seen: Recorded, last: number): number {
  const stored = new Set(numbersOf(seen))
  return Array.from({ length: last }, (_, i) => i + 1).filter((n) => !stored.has(n)).length
}

/** What the real collector's books call missing: gaps in the lanes. */
function missingOf({ stored }: Recorded): number {
  const lanes = new Map<string, { highest: number; stored: number }>()
  for (const key of stored.keys()) {
    const position = parseLaneKey(key)
    if (position === undefined) continue
    const lane = lanes.get(position.lane) ?? { highest: 0, stored: 0 }
    lanes.set(position.lane, { highest: Math.max(lane.highest, position.seq), stored: lane.stored + 1 })
  }
  return [...lanes.values()].reduce((sum, lane) => sum + lane.highest - lane.stored, 0)
}
