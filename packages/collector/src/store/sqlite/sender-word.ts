import type { LedgerBatch, LedgerEntry } from '../ledger.ts'
import { observeOffset } from './lane-clock.ts'
import type { LaneRow } from './lane-row.ts'

/** Most events that a sender is believed to hold. */
const MOST_WAITING = 1_000_000_000

/**
 * Notes in the lanes of a batch what its sender says: the offset of the clock in each of them, and how many events it holds
 * in that of the last event, which is returned. A word that was given before the one that is known changes nothing.
 */
export function hearSender({ entries, word }: LedgerBatch, rowOf: (lane: string) => LaneRow): LaneRow | undefined {
  if (word === undefined) return undefined
  const { sentAtMs, waiting } = word
  let last: LaneRow | undefined
  let arrivedAtMs = 0
  for (const entry of entries) {
    if (entry.key.kind !== 'lane') continue
    last = rowOf(entry.key.lane)
    arrivedAtMs = arrivalOf(entry)
    if (sentAtMs !== undefined) observeOffset(last, arrivedAtMs - sentAtMs)
  }
  if (last === undefined || waiting === undefined) return undefined
  const givenAtMs = sentAtMs ?? arrivedAtMs
  if (givenAtMs >= (last.heard_at ?? -Infinity)) {
    last.waiting = Math.min(waiting, MOST_WAITING)
    last.heard_at = givenAtMs
  }
  return last
}

export function arrivalOf(entry: LedgerEntry): number {
  return entry.kind === 'event' ? entry.event.receivedAtMs : entry.receivedAtMs
}
