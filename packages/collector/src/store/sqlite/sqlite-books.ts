import type { Database } from 'better-sqlite3'
import type { BookReader, Books, BooksWindow } from '../books.ts'
import { guard } from './guard.ts'
import { createGappedLanes } from './gapped-lanes.ts'
import { HOUR_MS, hourOf } from './hour.ts'
import { type LaneFigures, SUMS } from './lane-tally.ts'
import { createProjectIds } from './project-ids.ts'

/** Reads the books that lanes add up to. */
export function createSqliteBooks(db: Database): BookReader {
  const projectRow = createProjectIds(db)
  const readBooks = createBooksReader(db)
  const readSums = createSums(db)
  const gappedLanes = createGappedLanes(db)
  const all = db.prepare<[], LaneFigures & { deleted: number }>(
    `SELECT ${SUMS}, (SELECT coalesce(sum(deleted), 0) FROM project) AS deleted FROM lane_tally`,
  )
  const books = db.transaction((projectId: string, window?: BooksWindow) => readBooks(projectRow(projectId), window))
  const gapped = db.transaction(gappedLanes)

  return {
    books: (projectId, window) => guard(() => books(projectId, window)),
    lanesStored: (projectId, window) =>
      guard(() => {
        const { captured, stored, laneless } = readSums(projectRow(projectId), hoursOf(window))
        return { captured: captured - laneless, stored: stored - laneless }
      }),
    gappedLanes: (projectId, page) => guard(() => gapped(projectRow(projectId), page, hoursOf(page.window))),
    total: () =>
      guard(() => {
        const { duplicates: duplicatesPrevented, laneless: _, ...sums } = all.get() as LaneFigures & { deleted: number }
        return { ...sums, duplicatesPrevented }
      }),
  }
}

/** Hours since 1970, both included. */
export interface Hours {
  readonly first: number
  readonly last: number
}

function hoursOf(window: BooksWindow | undefined): Hours {
  if (window === undefined) return { first: -1e12, last: 1e12 }
  return { first: hourOf(window.fromMs), last: hourOf(window.toMs - 1) }
}

function createSums(db: Database): (project: number, hours: Hours) => LaneFigures {
  const sums = db.prepare<[object], LaneFigures>(
    `SELECT ${SUMS} FROM lane_tally WHERE project = @project AND last_hour >= @first AND first_hour <= @last`,
  )
  return (project, hours) => sums.get({ project, ...hours }) as LaneFigures
}

/** Reads the books of the project with this row. */
export function createBooksReader(db: Database): (project: number, window?: BooksWindow) => Books {
  const readSums = createSums(db)
  const deletedOf = db.prepare<[number], number>('SELECT deleted FROM project WHERE id = ?').pluck()
  const reasons = (table: string, reason: string) =>
    db
      .prepare<[object], [string, number]>(
        `SELECT r.${reason}, sum(r.count) AS total FROM lane l JOIN ${table} r ON r.lane = l.id
         WHERE l.project = @project AND (l.rejected > 0 OR l.dropped > 0) AND l.last_seen >= @from AND l.first_seen < @to
         GROUP BY r.${reason} HAVING total > 0 ORDER BY r.${reason}`,
      )
      .raw()
  const rejected = reasons('lane_rejected', 'error')
  const dropped = reasons('lane_drop', 'reason')

  return (project, window) => {
    const hours = hoursOf(window)
    const sums = readSums(project, hours)
    const instants = { project, from: hours.first * HOUR_MS, to: (hours.last + 1) * HOUR_MS }
    return {
      lanes: sums.lanes,
      captured: sums.captured,
      stored: sums.stored,
      deleted: deletedOf.get(project) as number,
      duplicatesPrevented: sums.duplicates,
      rejectedByReason: Object.fromEntries(rejected.all(instants)),
      droppedByReason: fitted(dropped.all(instants), sums.dropped),
      waiting: sums.waiting,
      missing: sums.missing,
    }
  }
}

/**
 * Reasons that add up to `total`. More may have been told: a sender can give an event up that arrived after all, or lie. The
 * reasons told most often lose what is too much.
 */
function fitted(told: readonly (readonly [string, number])[], total: number): Record<string, number> {
  let excess = told.reduce((sum, [, count]) => sum + count, 0) - total
  const counts = new Map(told)
  for (const [reason, count] of told.toSorted(([, a], [, b]) => b - a)) {
    const taken = Math.min(count, excess)
    excess -= taken
    if (taken === count) counts.delete(reason)
    else counts.set(reason, count - taken)
  }
  return Object.fromEntries(counts)
}
