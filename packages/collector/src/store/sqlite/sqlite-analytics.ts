import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { Analytics, Books, EventSelection } from '../analytics.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

/** Reports straight from the rows. */
export function createSqliteAnalytics(db: Database): Analytics {
  const projectRow = createProjectIds(db)
  const counters = { named: prepareCounters(db, 'event_name = ?'), all: prepareCounters(db, 'event_name <> ?') }
  const readBooks = createBooksReader(db)

  const series = db.transaction((selection: EventSelection, edgesMs: readonly number[]) => {
    const { count, users } = selection.eventName === undefined ? counters.all : counters.named
    const name = selection.eventName ?? DROPPED_EVENT_NAME
    const project = projectRow(selection.projectId)
    const counts = edgesMs.slice(1).map((to, i) => count.get(project, name, edgesMs[i] as number, to) as number)
    return { counts, uniqueUsers: users.get(project, name, selection.fromMs, selection.toMs) as number }
  })
  const books = db.transaction((projectId: string) => readBooks(projectRow(projectId)))

  return {
    series: (selection, edgesMs) => guard(() => series(selection, edgesMs)),
    books: (projectId) => guard(() => books(projectId)),
  }
}

function prepareCounters(db: Database, nameCondition: string) {
  const where = `FROM event WHERE project = ? AND ${nameCondition} AND ts >= ? AND ts < ?`
  type Parameters = [number, string, number, number]
  return {
    count: db.prepare<Parameters, number>(`SELECT count(*) ${where}`).pluck(),
    users: db.prepare<Parameters, number>(`SELECT count(DISTINCT user_id) ${where}`).pluck(),
  }
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
    `SELECT coalesce(sum(l.highest), 0) + p.laneless_stored AS captured,
            coalesce(sum(l.stored), 0) + p.laneless_stored AS stored,
            p.deleted AS deleted,
            coalesce(sum(l.duplicates), 0) + p.laneless_duplicates AS duplicates,
            coalesce(sum(max(0, l.highest - l.stored - l.rejected - l.dropped)), 0) AS missing
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
