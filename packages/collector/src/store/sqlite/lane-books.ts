import type { LanePosition } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { LedgerEntry, LedgerVerdict } from '../ledger.ts'
import { createLaneRanges } from './lane-ranges.ts'

interface LaneRow {
  readonly id: number
  highest: number
  stored: number
  duplicates: number
  rejected: number
  dropped: number
}

/** The lanes that one transaction touches; their counters are written by `save`. */
export interface LaneBooks {
  judge(entry: LedgerEntry, position: LanePosition): LedgerVerdict
  /** The row of a lane. */
  rowOf(lane: string): number
  save(): void
}

/** Books a lane's events: which of its numbers are stored, which were rejected, and what its sender dropped. */
export function createLaneBooks(db: Database): (project: number) => LaneBooks {
  const statements = prepareStatements(db)
  const ranges = createLaneRanges(db)

  function judge(lane: LaneRow, entry: LedgerEntry, seq: number): LedgerVerdict {
    lane.highest = Math.max(lane.highest, seq)
    if (entry.kind === 'rejection') {
      if (ranges.has(lane.id, seq)) return duplicate(lane)
      lane.rejected += statements.reject.run(lane.id, seq, entry.error).changes
      return 'rejected'
    }
    if (!ranges.add(lane.id, seq)) return duplicate(lane)
    lane.stored += 1
    lane.rejected -= statements.unreject.run(lane.id, seq).changes
    for (const [reason, count] of Object.entries(entry.event.drops)) {
      statements.drop.run(lane.id, reason, count)
      lane.dropped += count
    }
    return 'stored'
  }

  return (project) => {
    const touched = new Map<string, LaneRow>()
    const laneOf = (id: string): LaneRow => {
      const lane = touched.get(id) ?? statements.find(project, id)
      touched.set(id, lane)
      return lane
    }
    return {
      judge: (entry, position) => judge(laneOf(position.lane), entry, position.seq),
      rowOf: (lane) => laneOf(lane).id,
      save() {
        for (const lane of touched.values()) statements.save.run(lane)
      },
    }
  }
}

function duplicate(lane: LaneRow): LedgerVerdict {
  lane.duplicates += 1
  return 'duplicate'
}

function prepareStatements(db: Database) {
  const insert = db.prepare<[number, string]>('INSERT OR IGNORE INTO lane (project, lane) VALUES (?, ?)')
  const select = db.prepare<[number, string], LaneRow>(
    'SELECT id, highest, stored, duplicates, rejected, dropped FROM lane WHERE project = ? AND lane = ?',
  )
  return {
    find(project: number, lane: string): LaneRow {
      const known = select.get(project, lane)
      if (known !== undefined) return known
      insert.run(project, lane)
      return select.get(project, lane) as LaneRow
    },
    save: db.prepare(
      `UPDATE lane SET highest = @highest, stored = @stored, duplicates = @duplicates, rejected = @rejected,
       dropped = @dropped WHERE id = @id`,
    ),
    reject: db.prepare('INSERT OR IGNORE INTO lane_rejection (lane, seq, error) VALUES (?, ?, ?)'),
    unreject: db.prepare('DELETE FROM lane_rejection WHERE lane = ? AND seq = ?'),
    drop: db.prepare(
      `INSERT INTO lane_drop (lane, reason, count) VALUES (?, ?, ?)
       ON CONFLICT (lane, reason) DO UPDATE SET count = count + excluded.count`,
    ),
  }
}
