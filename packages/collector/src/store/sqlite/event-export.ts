import { formatLaneKey, formatTimestamp } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'

interface ExportRow {
  readonly id: number
  readonly projectId: string
  readonly eventId: string
  readonly eventName: string
  readonly userId: string | null
  readonly ts: number
  readonly originalTs: number | null
  readonly receivedAt: number
  readonly metadata: string
  readonly lane: string | null
  readonly seq: number | null
  readonly foreignKey: string | null
}

const ROWS_A_STEP = 1_000

export interface EventExport {
  readonly total: number
  /** One JSON text an event, in the order they were stored, some at a time; empty at the end. */
  next(): readonly string[]
}

/** Reads all events, or those of one project, as they are at this instant. Holds a read transaction until `db` closes. */
export function openEventExport(db: Database, projectId: string | undefined): EventExport {
  db.exec('BEGIN')
  const only = projectId ?? null
  const total = db
    .prepare('SELECT count(*) FROM event WHERE @only IS NULL OR project = (SELECT id FROM project WHERE uuid = @only)')
    .pluck()
    .get({ only }) as number
  const select = db.prepare<[{ after: number; only: string | null }], ExportRow>(
    `SELECT e.id, p.uuid AS projectId, lower(hex(e.event_id)) AS eventId, e.event_name AS eventName,
            e.user_id AS userId, e.ts, e.original_ts AS originalTs, e.received_at AS receivedAt, e.metadata, l.lane, e.seq, e.foreign_key AS foreignKey
     FROM event e JOIN project p ON p.id = e.project LEFT JOIN lane l ON l.id = e.lane
     WHERE e.id > @after AND (@only IS NULL OR p.uuid = @only) ORDER BY e.id LIMIT ${ROWS_A_STEP}`,
  )
  let after = 0
  return {
    total,
    next() {
      const rows = select.all({ after, only })
      after = rows.at(-1)?.id ?? after
      return rows.map(lineOf)
    },
  }
}

function lineOf(row: ExportRow): string {
  const key = row.lane === null ? row.foreignKey : formatLaneKey(row.lane, row.seq as number)
  const head = {
    project_id: row.projectId,
    event_id: row.eventId.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    event_name: row.eventName,
    ...(row.userId === null ? {} : { user_id: row.userId }),
    timestamp: formatTimestamp(row.ts),
    ...(row.originalTs === null ? {} : { original_timestamp: formatTimestamp(row.originalTs) }),
    received_at: formatTimestamp(row.receivedAt),
    ...(key === null ? {} : { idempotency_key: key }),
  }
  // The text of the metadata as it is kept, byte by byte.
  return `${JSON.stringify(head).slice(0, -1)},"metadata":${row.metadata}}`
}
