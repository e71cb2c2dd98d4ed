import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { Analytics, Books, EventSelection } from '../analytics.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

/** Reports straight from the rows. */
export function createSqliteAnalytics(db: Database): Analytics {
  const projectRow = createProjectIds(db)
  const counters = { named: createNamedCounters(db), all: createAllCounters(db) }
  const readBooks = createBooksReader(db)

  const series = db.transaction((selection: EventSelection, edgesMs: readonly number[]) => {
    const { count, users } = selection.eventName === undefined ? counters.all : counters.named
    const name = selection.eventName ?? DROPPED_EVENT_NAME
    const project = projectRow(selection.projectId)
    const counts = edgesMs.slice(1).map((to, i) => count(project, name, edgesMs[i] as number, to))
    return { counts, uniqueUsers: users(project, name, selection.fromMs, selection.toMs) }
  })
  const books = db.transaction((projectId: string) => readBooks(projectRow(projectId)))

  return {
    series: (selection, edgesMs) => guard(() => series(selection, edgesMs)),
    books: (projectId) => guard(() => books(projectId)),
  }
}

type Counter = (project: number, name: string, fromMs: number, toMs: number) => number

interface Counters {
  readonly count: Counter
  readonly users: Counter
}

function createNamedCounters(db: Database): Counters {
  return {
    count: prepare(
      db,
      'SELECT count(*) FROM event WHERE project = @project AND event_name = @name AND ts >= @fromMs AND ts < @toMs',
    ),
    users: prepare(
      db,
      'SELECT count(DISTINCT user_id) FROM event WHERE project = @project AND event_name = @name AND ts >= @fromMs AND ts < @toMs',
    ),
  }
}

/** Of all names but one, without reading a row: times are in one index, and users in the other, name by name. */
function createAllCounters(db: Database): Counters {
  const named = createNamedCounters(db)
  const everything = prepare(db, 'SELECT count(*) FROM event WHERE project = @project AND ts >= @fromMs AND ts < @toMs')
  return {
    count: (...selection) => everything(...selection) - named.count(...selection),
    users: prepare(
      db,
      `WITH RECURSIVE names(name) AS (
         SELECT min(event_name) FROM event WHERE project = @project
         UNION ALL
         SELECT (SELECT min(event_name) FROM event WHERE project = @project AND event_name > name)
         FROM names WHERE name IS NOT NULL)
       SELECT count(DISTINCT user_id) FROM names CROSS JOIN event INDEXED BY event_by_name
       WHERE name <> @name AND project = @project AND event_name = name AND ts >= @fromMs AND ts < @toMs`,
    ),
  }
}

function prepare(db: Database, sql: string): Counter {
  const statement = db.prepare<[object], number>(sql).pluck()
  return (project, name, fromMs, toMs) => statement.get({ project, name, fromMs, toMs }) as number
}

interface Totals {
  readonly captured: number
  readonly stored: number
  readonly deleted: number
  readonly duplicates: number
  readonly missing: number
}

export function createBooksReader(db: Database): (project: number) => Books {
  const totals = db.prepare<[number], Totals>(
    `SELECT coalesce(sum(l.highest + l.far), 0) + p.laneless_stored AS captured,
            coalesce(sum(l.stored), 0) + p.laneless_stored AS stored,
            p.deleted AS deleted,
            coalesce(sum(l.duplicates), 0) + p.laneless_duplicates AS duplicates,
            coalesce(sum(l.missing), 0) AS missing
     FROM project p LEFT JOIN lane l ON l.project = p.id WHERE p.id = ? GROUP BY p.id`,
  )
  const rejected = db.prepare<[number], [string, number]>(
    `SELECT r.error, count(*) FROM lane_rejection r JOIN lane l ON l.id = r.lane
     WHERE l.project = ? GROUP BY r.error ORDER BY r.error`,
  )
  const dropped = db.prepare<[number], [string, number]>(
    `SELECT d.reason, sum(d.count) FROM lane_drop d JOIN lane l ON l.id = d.lane
     WHERE l.project = ? GROUP BY d.reason ORDER BY d.reason`,
  )
  return (project) => {
    const { captured, stored, deleted, duplicates, missing } = totals.get(project) as Totals
    return {
      captured,
      stored,
      deleted,
      duplicatesPrevented: duplicates,
      rejectedByReason: Object.fromEntries(rejected.raw().all(project)),
      droppedByReason: Object.fromEntries(dropped.raw().all(project)),
      missing,
    }
  }
}
