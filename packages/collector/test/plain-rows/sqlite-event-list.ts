import { DROPPED_EVENT_NAME, type JsonObject } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import { uuidOfBytes } from '../../src/id/uuid.ts'
import type { EventList, PlacedEvent } from '../../src/store/event-list.ts'
import { guard } from '../../src/store/sqlite/guard.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'

interface EventRow extends Omit<PlacedEvent, 'eventId' | 'metadata'> {
  readonly eventId: Buffer
  readonly metadata: string
}

const SELECT = `SELECT id AS place, event_id AS eventId, event_name AS eventName, user_id AS userId, ts AS timestampMs,
  received_at AS receivedAtMs, metadata FROM event WHERE project = @project AND event_name <> '${DROPPED_EVENT_NAME}'`

export function createSqliteEventList(db: Database): EventList {
  const projectRow = createProjectIds(db)
  const latest = db.prepare<[object], EventRow>(`${SELECT} ORDER BY ts DESC, id DESC LIMIT @limit`)
  const between = db.prepare<[object], EventRow>(
    `${SELECT} AND (ts, id) > (@from, @place) AND ts < @to ORDER BY ts, id LIMIT @limit`,
  )
  return {
    latest: (projectId, limit) => guard(() => latest.all({ project: projectRow(projectId), limit }).map(eventOf)),
    between: (projectId, { fromMs, toMs }, after, limit) =>
      guard(() => {
        const { timestampMs: from, place } = after ?? { timestampMs: fromMs, place: 0 }
        return between.all({ project: projectRow(projectId), from, to: toMs, place, limit }).map(eventOf)
      }),
  }
}

function eventOf(row: EventRow): PlacedEvent {
  return { ...row, eventId: uuidOfBytes(row.eventId), metadata: JSON.parse(row.metadata) as JsonObject }
}
