import type { Database } from 'better-sqlite3'
import { createNumberRanges, type NumberRange } from './number-ranges.ts'

/**
 * Which numbers of a lane the collector knows, stored or rejected, as ranges: a lane that arrives in order is one row,
 * however long. Reads around the numbers that it is asked for, and only once; changes are in memory until `save`.
 */
export interface LaneRanges {
  /** `false` when the number was known already. */
  add(seq: number): boolean
  /**
   * Ranges that reach above a number, ascending and none left out: the first may begin at or below it. Those in the file
   * are among them as far as the first `most`, with 0 none at all: for a lane that has none there.
   */
  above(seq: number, most: number): readonly NumberRange[]
  save(): void
}

/** Numbers that one look takes in: what a few batches bring, and few rows though each of them stood alone. */
const BLOCK = 1024

/** `isNew`: the lane has no ranges in the file. */
export function createLaneRanges(db: Database): (lane: number, isNew: boolean) => LaneRanges {
  const statements = prepareStatements(db)

  return (lane, isNew) => {
    const known = createNumberRanges()
    /** Ranges as they are in the file, by their first numbers. */
    const kept = new Map<number, number>()
    const looked = new Set<number>()

    function load(ranges: readonly NumberRange[]): void {
      for (const range of ranges) {
        if (kept.has(range.first)) continue
        kept.set(range.first, range.last)
        known.put(range)
      }
    }

    function look(seq: number): void {
      const block = Math.floor(seq / BLOCK)
      if (isNew || looked.has(block)) return
      looked.add(block)
      load(statements.touching(lane, block * BLOCK, block * BLOCK + BLOCK))
    }

    return {
      add(seq) {
        look(seq)
        return known.add(seq)
      },
      above(seq, most) {
        const read = most === 0 ? [] : statements.above(lane, seq, most)
        load(read)
        const end = most > 0 && read.length === most ? (read.at(-1) as NumberRange).first : Infinity
        return known.ranges.filter(({ first, last }) => last > seq && first <= end)
      },
      save() {
        const now = new Map(known.ranges.map(({ first, last }) => [first, last]))
        for (const first of kept.keys()) if (!now.has(first)) statements.remove.run(lane, first)
        for (const [first, last] of now) if (kept.get(first) !== last) statements.put.run(lane, first, last)
      },
    }
  }
}

/**
 * A bound value that a plan could depend on makes SQLite compile the statement anew each time that one is bound (in builds
 * with STAT4, as this one). Behind a plus it can't see the value: 12 µs become 1.
 */
function prepareStatements(db: Database) {
  // A range that begins before what is asked for may reach into it: it is the last one that does.
  const startingIn = `lane = +? AND first >= coalesce((SELECT max(first) FROM lane_range WHERE lane = +? AND first <= +?), 0)`
  const touching = db.prepare<[number, number, number, number], NumberRange>(
    `SELECT first, last FROM lane_range WHERE ${startingIn} AND first <= +?`,
  )
  const above = db.prepare<[number, number, number, number, number], NumberRange>(
    `SELECT first, last FROM lane_range WHERE ${startingIn} AND last > +? ORDER BY first LIMIT ?`,
  )
  return {
    touching: (lane: number, from: number, to: number) => touching.all(lane, lane, from, to),
    above: (lane: number, from: number, most: number) => above.all(lane, lane, from, from, most),
    put: db.prepare<[number, number, number]>(
      `INSERT INTO lane_range (lane, first, last) VALUES (?, ?, ?)
       ON CONFLICT (lane, first) DO UPDATE SET last = excluded.last`,
    ),
    remove: db.prepare<[number, number]>('DELETE FROM lane_range WHERE lane = ? AND first = ?'),
  }
}
