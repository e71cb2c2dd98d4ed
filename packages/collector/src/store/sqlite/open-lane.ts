import type { Database } from 'better-sqlite3'
import type { LedgerEntry, LedgerVerdict, StoredEvent } from '../ledger.ts'
import { believe, RANGES_LOOKED_AT } from './believed-numbers.ts'
import { createLaneDrops, type LaneDrops } from './lane-drops.ts'
import { createLaneRanges, type LaneRanges } from './lane-ranges.ts'
import { createLaneRejections, type LaneRejections } from './lane-rejections.ts'
import type { FoundLane, LaneRow } from './lane-row.ts'
import { arrivalOf } from './sender-word.ts'

/** The books of one lane, within a transaction. */
export interface LaneBook {
  readonly row: LaneRow
  /** The row as it is in the file; `undefined` for a new lane. */
  readonly before: LaneRow | undefined
  /** Says what becomes of an entry, and books it. */
  judge(entry: LedgerEntry, seq: number): LedgerVerdict
  /** Brings the row up to date, which is to be saved before `save`. `isSpokenFor`: its sender said how many events wait. */
  close(isSpokenFor: boolean): void
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
    const before = isNew ? undefined : { ...row }
    const ranges = rangesOf(row.id, isNew)
    const rejections = rejectionsOf(row.id, row.rejected === 0)
    const drops = dropsOf(row.id)
    return {
      row,
      before,
      judge: createJudge(row, { ranges, rejections, drops }),
      close(isSpokenFor) {
        believeNumbers(row, ranges, before !== undefined && before.far > 0)
        // Who adopted a dead sender's events sends what that one said was waiting.
        if (!isSpokenFor && row.waiting > 0) row.waiting = Math.max(0, row.waiting - knownOf(row) + knownOf(before))
      },
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
    see(row, arrivalOf(entry))
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
    tell(row, drops, entry.event)
    return 'stored'
  }
}

function see(row: LaneRow, arrivedAtMs: number): void {
  row.first_seen = Math.min(row.first_seen, arrivedAtMs)
  row.last_seen = Math.max(row.last_seen, arrivedAtMs)
}

/** Most that a lane is believed to have dropped: no sum over any number of lanes is then too large to be exact. */
const MOST_DROPPED = 1_000_000_000

function tell(row: LaneRow, drops: LaneDrops, { drops: told, lastNumber = 0 }: StoredEvent): void {
  row.told_last = Math.max(row.told_last, lastNumber)
  for (const reason in told) {
    const count = Math.min(told[reason] as number, MOST_DROPPED - row.dropped)
    if (count <= 0) continue
    drops.add(reason, count)
    row.dropped += count
  }
}

function knownOf(row: LaneRow | undefined): number {
  return row === undefined ? 0 : row.stored + row.rejected
}

/** `hadFar`: ranges beyond the believed numbers may be in the file too. */
function believeNumbers(row: LaneRow, ranges: LaneRanges, hadFar: boolean): void {
  const known = knownOf(row)
  if (row.far > 0 || row.told_last > row.highest) {
    const above = ranges.above(row.highest, hadFar ? RANGES_LOOKED_AT : 0)
    Object.assign(row, believe(row, known, above, row.told_last))
  }
  row.missing = Math.max(0, row.highest - (known - row.far) - row.dropped)
}
