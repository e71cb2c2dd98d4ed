import type { Database } from 'better-sqlite3'
import type { Bounds } from './sqlite-event-stats.ts'

/** Counts the distinct users of a selection that has so many events. */
export type UniqueUsers = (bounds: Bounds, events: number) => number

export function createUniqueUsers(db: Database): UniqueUsers {
  const inNames = {
    0: `SELECT count(DISTINCT user_id) FROM event INDEXED BY event_by_user
        WHERE project = @project AND user_id IS NOT NULL AND ts >= @fromMs AND ts <= @toMs AND event_name <> @name`,
    1: `SELECT count(DISTINCT user_id) FROM event INDEXED BY event_by_name
        WHERE project = @project AND event_name = @name AND ts >= @fromMs AND ts <= @toMs`,
  }
  const count = {
    0: db.prepare<[object], number>(inNames[0]).pluck(),
    1: db.prepare<[object], number>(inNames[1]).pluck(),
  }
  return (bounds, events) => (events === 0 ? 0 : (count[bounds.named].get(bounds) as number))
}
