import type { Database } from 'better-sqlite3'
import type { Gap, GappedLane, GappedLanesPage } from '../books.ts'
import { HOUR_MS } from './hour.ts'
import type { LaneRow } from './lane-row.ts'
import { figuresOf } from './lane-tally.ts'
import type { NumberRange } from './number-ranges.ts'

/** Most gaps that are listed of one lane. */
const MOST_GAPS = 100

/** Hours since 1970, both included. */
interface Hours {
  readonly first: number
  readonly last: number
}

/** Lists lanes with events missing. To be called inside a transaction. */
export function createGappedLanes(db: Database) {
  const select = db.prepare<[object], LaneRow>(
    `SELECT * FROM lane WHERE project = @project AND missing > 0 AND id < @before AND last_seen >= @from AND first_seen < @to
     ORDER BY id DESC LIMIT @limit`,
  )
  const idOf = db.prepare<[number, string], number>('SELECT id FROM lane WHERE project = ? AND lane = ?').pluck()
  const gapsOf = createGapsReader(db)

  return (project: number, { after, limit }: GappedLanesPage, hours: Hours): readonly GappedLane[] => {
    const before = after === undefined ? Number.MAX_SAFE_INTEGER : (idOf.get(project, after) ?? 0)
    const instants = { from: hours.first * HOUR_MS, to: (hours.last + 1) * HOUR_MS }
    return select.all({ project, before, limit, ...instants }).map((row) => {
      const { lanes: _, laneless: __, duplicates: duplicatesPrevented, ...figures } = figuresOf(row)
      const gaps = gapsOf(row)
      return {
        ...figures,
        duplicatesPrevented,
        lane: row.lane,
        firstSeenMs: row.first_seen,
        lastSeenMs: row.last_seen,
        gaps: gaps.slice(0, MOST_GAPS),
        hasMoreGaps: gaps.length > MOST_GAPS,
      }
    })
  }
}

/** The first gaps among the believed numbers of a lane, one more than are listed. */
function createGapsReader(db: Database): (row: LaneRow) => readonly Gap[] {
  const ranges = db.prepare<[number], NumberRange>('SELECT first, last FROM lane_range WHERE lane = ? ORDER BY first')
  return ({ id, highest }) => {
    const gaps: Gap[] = []
    let next = 1
    for (const { first, last } of ranges.iterate(id)) {
      if (first > highest || gaps.length > MOST_GAPS) break
      if (first > next) gaps.push({ first: next, last: first - 1 })
      next = last + 1
    }
    if (next <= highest) gaps.push({ first: next, last: highest })
    return gaps
  }
}
