import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { Analytics, EventSelection } from '../../src/store/analytics.ts'
import { guard } from '../../src/store/sqlite/guard.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'

/** Reports straight from the rows. */
export function createSqliteAnalytics(db: Database): Analytics {
  const projectRow = createProjectIds(db)
  const counters = { named: createNamedCounters(db), all: createAllCounters(db) }

  const series = db.transaction((selection: EventSelection, edgesMs: readonly number[]) => {
    const { count, users } = selection.eventName === undefined ? counters.all : counters.named
    const name = selection.eventName ?? DROPPED_EVENT_NAME
    const project = projectRow(selection.projectId)
    const counts = edgesMs.slice(1).map((to, i) => count(project, name, edgesMs[i] as number, to))
    return { counts, uniqueUsers: users(project, name, selection.fromMs, selection.toMs) }
  })

  return {
    series: (selection, edgesMs) => guard(() => series(selection, edgesMs)),
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
