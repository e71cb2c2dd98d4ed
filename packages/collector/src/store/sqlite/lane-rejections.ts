import type { ErrorCode } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'

/** Which numbers of a lane were rejected, and why. In memory until `save`. */
export interface LaneRejections {
  has(seq: number): boolean
  /** The number was not known before. */
  add(seq: number, error: ErrorCode): void
  /** The number is stored after all: a valid event came under it. */
  remove(seq: number): void
  save(): void
}

/** `isEmpty`: the lane has none in the file. */
export function createLaneRejections(db: Database): (lane: number, isEmpty: boolean) => LaneRejections {
  const select = db.prepare<[number, number], number>('SELECT 1 FROM lane_rejection WHERE lane = ? AND seq = ?').pluck()
  const insert = db.prepare<[number, number, string]>('INSERT INTO lane_rejection (lane, seq, error) VALUES (?, ?, ?)')
  const remove = db.prepare<[number, number]>('DELETE FROM lane_rejection WHERE lane = ? AND seq = ?')

  return (lane, isEmpty) => {
    const added = new Map<number, ErrorCode>()
    const removed = new Set<number>()
    return {
      has: (seq) => added.has(seq) || (!isEmpty && !removed.has(seq) && select.get(lane, seq) !== undefined),
      add: (seq, error) => void added.set(seq, error),
      remove(seq) {
        if (!added.delete(seq)) removed.add(seq)
      },
      save() {
        for (const seq of removed) remove.run(lane, seq)
        for (const [seq, error] of added) insert.run(lane, seq, error)
      },
    }
  }
}
