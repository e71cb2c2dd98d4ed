import type { LedgerBatch, LedgerEntry } from '../ledger.ts'
import { observeOffset } from './lane-clock.ts'
import type { LaneRow } from './lane-row.ts'

/** Most events that a sender is believed to hold. */
const MOST_WAITING = 1_000_000_000

/**
 * Notes in the lanes of a batch what its sender says: the offset of the clock in each of them, and how many events it holds
 * in that of the last event, which is returned. It holds no more of the others: it sends one lane after the other. A word
 * that was given before the one that is known changes nothing.
 */
export function hearSender({ entries, word }: LedgerBatch, rowOf: (lane: string) => LaneRow): LaneRow | undefined {
  if (word === undefined) return undefined
  const { sentAtMs, waiting } = word
  const rows = new Set<LaneRow>()
  let last: LaneRow | undefined
  let arrivedAtMs = 0
  for (const entry of entries) {
    if (entry.key.kind !== 'lane') continue
    const row = rowOf(entry.key.lane)
    if (row !== last) rows.add(row)
    last = row
    arrivedAtMs = arrivalOf(entry)
  }
  const givenAtMs = sentAtMs ?? arrivedAtMs
  for (const row of rows) {
    if (sentAtMs !== undefined) observeOffset(row, arrivedAtMs - sentAtMs)
    if (waiting === undefined || givenAtMs < (row.heard_at ?? -Infinity)) continue
    row.waiting = row === last ? Math.min(waiting, MOST_WAITING) : 0
    row.heard_at = givenAtMs
  }
  return waiting === undefined ? undefined : last
}

export function arrivalOf(entry: LedgerEntry): number {
  return entry.kind === 'event' ? entry.event.receivedAtMs : entry.receivedAtMs
}
