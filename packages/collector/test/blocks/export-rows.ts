import { formatLaneKey, formatTimestamp } from '@truecount/protocol'
import Database from 'better-sqlite3'

interface ExportRow {
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

/** All events of a file of rows, a JSON text each, in the order of their numbers. */
export function exportRows(path: string): string[] {
  const db = new Database(path, { readonly: true })
  const rows = db
    .prepare<[], ExportRow>(
      `SELECT p.uuid AS projectId, lower(hex(e.event_id)) AS eventId, e.event_name AS eventName, e.user_id AS userId, e.ts,
         e.original_ts AS originalTs, e.received_at AS receivedAt, e.metadata, l.lane, e.seq, e.foreign_key AS foreignKey
       FROM event e JOIN project p ON p.id = e.project LEFT JOIN lane l ON l.id = e.lane ORDER BY e.id`,
    )
    .all()
  db.close()
  return rows.map(lineOf)
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
