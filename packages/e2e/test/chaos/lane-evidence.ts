import { parseLaneKey } from '@truecount/protocol'
import type { BookedLane, Ledger } from './chaos-collector.ts'
import type { ChaosRun } from './run-chaos.ts'
import type { Destroyed } from './destroyed.ts'
import type { Life } from './tracked.ts'

/** All that is known of the lane of one life, from the tracker, the test and the collector. */
export interface LaneEvidence {
  readonly life: Life
  readonly booked: BookedLane
  /** Numbers of stored events of the life, each with how often it is there. */
  readonly stored: ReadonlyMap<number, number>
  /** Stored drop reports. */
  readonly reports: number
  /** What the test destroyed of it, and the collector had not judged before. */
  readonly lost: readonly Destroyed[]
}

/** A life that stored nothing at all has no lane that could be told. */
export function gatherEvidence({ lives, destroyed, ledger }: ChaosRun): ReadonlyMap<Life, LaneEvidence> {
  const lanes = new Map(ledger.lanes.map((lane) => [lane.lane, lane]))
  const laneOfLife = new Map(
    ledger.events.flatMap(({ idempotency_key: key, metadata }) => {
      return metadata.life === undefined ? [] : [[metadata.life, laneOf(key)] as const]
    }),
  )
  const judged = new Set([...ledger.events.map(({ idempotency_key: key }) => key), ...ledger.rejectedKeys])
  const lost = [...new Map(destroyed.map((one) => [one.key, one])).values()].filter(({ key }) => !judged.has(key))
  const evidence = new Map<Life, LaneEvidence>()
  for (const life of lives) {
    const lane = laneOfLife.get(life.name)
    const booked = lanes.get(lane ?? '')
    if (booked === undefined) continue
    const stored = countsOf(ledger, life)
    const reports = ledger.events.filter(
      (event) => event.metadata.life === undefined && laneOf(event.idempotency_key) === lane,
    ).length
    evidence.set(life, { life, booked, stored, reports, lost: lost.filter((one) => one.life === life.name) })
  }
  return evidence
}

function countsOf(ledger: Ledger, life: Life): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { metadata } of ledger.events) {
    if (metadata.life === life.name) counts.set(metadata.n as number, (counts.get(metadata.n as number) ?? 0) + 1)
  }
  return counts
}

function laneOf(key: string): string {
  return parseLaneKey(key)?.lane ?? ''
}

export function seqOf(key: string): number {
  return parseLaneKey(key)?.seq ?? 0
}
