import { DROPPED_EVENT_NAME, type JsonObject } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import { uuidOfBytes } from '../../id/uuid.ts'
import type { EventList } from '../event-list.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

interface EventRow {
  readonly eventId: Buffer
  readonly eventName: string
  readonly userId: string | null
  readonly timestampMs: number
  readonly metadata: string
}

export function createSqliteEventList(db: Database): EventList {
  const projectRow = createProjectIds(db)
  const latest = db.prepare<[number, string, number], EventRow>(
    `SELECT event_id AS eventId, event_name AS eventName, user_id AS userId, ts AS timestampMs, metadata
     FROM event WHERE project = ? AND event_name <> ? ORDER BY ts DESC, id DESC LIMIT ?`,
  )
  return {
    latest: (projectId, limit) =>
      guard(() =>
        latest.all(projectRow(projectId), DROPPED_EVENT_NAME, limit).map((row) => ({
          ...row,
          eventId: uuidOfBytes(row.eventId),
          metadata: JSON.parse(row.metadata) as JsonObject,
        })),
      ),
  }
}
