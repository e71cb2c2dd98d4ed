import type { ErrorCode } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'

/** Which numbers of a lane were rejected, and why. In memory until `save`. */
export interface LaneRejections {
  has(seq: number): boolean
  /** The number was not known before. */
  add(seq: number, error: ErrorCode): void
  /** The number, which was rejected, is stored after all: a valid event came under it. */
  remove(seq: number): void
  save(): void
}

/** `isEmpty`: the lane has none in the file. */
export function createLaneRejections(db: Database): (lane: number, isEmpty: boolean) => LaneRejections {
  const select = db
    .prepare<[number, number], string>('SELECT error FROM lane_rejection WHERE lane = ? AND seq = ?')
    .pluck()
  const insert = db.prepare<[number, number, string]>('INSERT INTO lane_rejection (lane, seq, error) VALUES (?, ?, ?)')
  const remove = db.prepare<[number, number]>('DELETE FROM lane_rejection WHERE lane = ? AND seq = ?')
  const count = db.prepare<[number, string, number]>(
    `INSERT INTO lane_rejected (lane, error, count) VALUES (?, ?, ?)
     ON CONFLICT (lane, error) DO UPDATE SET count = count + excluded.count`,
  )

  return (lane, isEmpty) => {
    const added = new Map<number, string>()
    const removed = new Map<number, string>()
    const find = (seq: number) => (isEmpty || removed.has(seq) ? undefined : select.get(lane, seq))
    return {
      has: (seq) => added.has(seq) || find(seq) !== undefined,
      add: (seq, error) => void added.set(seq, error),
      remove(seq) {
        const error = find(seq)
        if (!added.delete(seq) && error !== undefined) removed.set(seq, error)
      },
      save() {
        const changes = new Map<string, number>()
        for (const [seq, error] of removed) {
          remove.run(lane, seq)
          changes.set(error, (changes.get(error) ?? 0) - 1)
        }
        for (const [seq, error] of added) {
          insert.run(lane, seq, error)
          changes.set(error, (changes.get(error) ?? 0) + 1)
        }
        for (const [error, change] of changes) count.run(lane, error, change)
      },
    }
  }
}
