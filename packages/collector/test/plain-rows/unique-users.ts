import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { Bounds } from './sqlite-event-stats.ts'

/** Counts the distinct users of a selection that has so many events. */
export type UniqueUsers = (bounds: Bounds, events: number) => number

/** Up to so many events are read one by one; of more it is asked user by user whether there is one. */
const FEW_EVENTS = 2_000

const LISTED = `project = @project AND event_name <> '${DROPPED_EVENT_NAME}'`

export function createUniqueUsers(db: Database): UniqueUsers {
  const counter = (sql: string) => db.prepare<[object], number>(sql).pluck()
  const ofName = counter(
    `SELECT count(DISTINCT user_id) FROM event INDEXED BY event_by_name
     WHERE project = @project AND event_name = @name AND ts >= @fromMs AND ts <= @toMs`,
  )
  const inRows = counter(
    `SELECT count(DISTINCT user_id) FROM event INDEXED BY event_by_time WHERE ${LISTED} AND ts >= @fromMs AND ts <= @toMs`,
  )
  const userByUser = counter(
    `WITH RECURSIVE users(name) AS (
       SELECT min(user_id) FROM event INDEXED BY event_by_user WHERE ${LISTED}
       UNION ALL
       SELECT (SELECT min(user_id) FROM event INDEXED BY event_by_user WHERE ${LISTED} AND user_id > name)
       FROM users WHERE name IS NOT NULL)
     SELECT count(*) FROM users WHERE name IS NOT NULL AND EXISTS (
       SELECT 1 FROM event INDEXED BY event_by_user
       WHERE ${LISTED} AND user_id = name AND ts >= @fromMs AND ts <= @toMs)`,
  )
  return (bounds, events) => {
    if (events === 0) return 0
    const count = bounds.named === 1 ? ofName : events <= FEW_EVENTS ? inRows : userByUser
    return count.get(bounds) as number
  }
}
