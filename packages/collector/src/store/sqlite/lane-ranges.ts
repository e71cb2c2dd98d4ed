import type { Database } from 'better-sqlite3'

/** Which numbers of a lane are stored, as ranges: a lane that arrives in order is one row, however long. */
export interface LaneRanges {
  has(lane: number, seq: number): boolean
  /** `false` when the number was there already. */
  add(lane: number, seq: number): boolean
}

interface Range {
  readonly first: number
  readonly last: number
}

export function createLaneRanges(db: Database): LaneRanges {
  const atOrBefore = db.prepare<[number, number], Range>(
    'SELECT first, last FROM lane_range WHERE lane = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  )
  const startingAt = db.prepare<[number, number], Range>(
    'SELECT first, last FROM lane_range WHERE lane = ? AND first = ?',
  )
  const insert = db.prepare<[number, number, number]>('INSERT INTO lane_range (lane, first, last) VALUES (?, ?, ?)')
  const extend = db.prepare<[number, number, number]>('UPDATE lane_range SET last = ? WHERE lane = ? AND first = ?')
  const remove = db.prepare<[number, number]>('DELETE FROM lane_range WHERE lane = ? AND first = ?')

  return {
    has: (lane, seq) => (atOrBefore.get(lane, seq)?.last ?? 0) >= seq,
    add(lane, seq) {
      const before = atOrBefore.get(lane, seq)
      if (before !== undefined && before.last >= seq) return false
      const after = startingAt.get(lane, seq + 1)
      if (after !== undefined) remove.run(lane, after.first)
      const last = after?.last ?? seq
      if (before?.last === seq - 1) extend.run(last, lane, before.first)
      else insert.run(lane, seq, last)
      return true
    },
  }
}
