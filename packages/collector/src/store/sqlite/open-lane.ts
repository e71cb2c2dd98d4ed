import type { Database } from 'better-sqlite3'
import type { LedgerEntry, LedgerVerdict } from '../ledger.ts'
import { believe, RANGES_LOOKED_AT } from './believed-numbers.ts'
import { createLaneDrops, type LaneDrops } from './lane-drops.ts'
import { createLaneRanges, type LaneRanges } from './lane-ranges.ts'
import { createLaneRejections, type LaneRejections } from './lane-rejections.ts'
import type { FoundLane, LaneRow } from './lane-row.ts'

/** The books of one lane, within a transaction. */
export interface LaneBook {
  readonly row: LaneRow
  /** Says what becomes of an entry, and books it. */
  judge(entry: LedgerEntry, seq: number): LedgerVerdict
  /** Brings the row up to date, which is to be saved before `save`. */
  close(): void
  /** Writes what is kept beside the row. */
  save(): void
}

interface Parts {
  readonly ranges: LaneRanges
  readonly rejections: LaneRejections
  readonly drops: LaneDrops
}

export function createOpenLane(db: Database): (found: FoundLane) => LaneBook {
  const rangesOf = createLaneRanges(db)
  const rejectionsOf = createLaneRejections(db)
  const dropsOf = createLaneDrops(db)

  return ({ row, isNew }) => {
    const hadFar = row.far > 0
    const ranges = rangesOf(row.id, isNew)
    const rejections = rejectionsOf(row.id, row.rejected === 0)
    const drops = dropsOf(row.id)
    return {
      row,
      judge: createJudge(row, { ranges, rejections, drops }),
      close: () => close(row, ranges, hadFar),
      save() {
        ranges.save()
        rejections.save()
        drops.save()
      },
    }
  }
}

function createJudge(row: LaneRow, { ranges, rejections, drops }: Parts): LaneBook['judge'] {
  function duplicate(): LedgerVerdict {
    row.duplicates += 1
    return 'duplicate'
  }

  return (entry, seq) => {
    see(row, entry.kind === 'event' ? entry.event.receivedAtMs : entry.receivedAtMs)
    const isFresh = ranges.add(seq)
    const wasRejected = !isFresh && row.rejected > 0 && rejections.has(seq)
    if (isFresh && seq > row.highest) row.far += 1
    if (entry.kind === 'rejection') {
      if (wasRejected) return 'rejected'
      if (!isFresh) return duplicate()
      rejections.add(seq, entry.error)
      row.rejected += 1
      return 'rejected'
    }
    if (!isFresh && !wasRejected) return duplicate()
    if (wasRejected) {
      rejections.remove(seq)
      row.rejected -= 1
    }
    row.stored += 1
    tell(row, drops, entry.event.drops)
    return 'stored'
  }
}

function see(row: LaneRow, arrivedAtMs: number): void {
  row.first_seen = Math.min(row.first_seen, arrivedAtMs)
  row.last_seen = Math.max(row.last_seen, arrivedAtMs)
}

/** Most that a lane is believed to have dropped: no sum over any number of lanes is then too large to be exact. */
const MOST_DROPPED = 1_000_000_000

function tell(row: LaneRow, drops: LaneDrops, told: Readonly<Record<string, number>>): void {
  for (const reason in told) {
    const count = Math.min(told[reason] as number, MOST_DROPPED - row.dropped)
    if (count <= 0) continue
    drops.add(reason, count)
    row.dropped += count
  }
}

/** `hadFar`: ranges beyond the believed numbers may be in the file too. */
function close(row: LaneRow, ranges: LaneRanges, hadFar: boolean): void {
  const known = row.stored + row.rejected
  if (row.far > 0) {
    const above = ranges.above(row.highest, hadFar ? RANGES_LOOKED_AT : 0)
    Object.assign(row, believe(row, known, above))
  }
  row.missing = Math.max(0, row.highest - (known - row.far) - row.dropped)
}
