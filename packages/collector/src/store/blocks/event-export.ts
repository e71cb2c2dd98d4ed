import { formatLaneKey, formatTimestamp } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import { nameUuid } from '../../id/uuid.ts'
import { countEvents } from '../sqlite/count-events.ts'
import type { BlockRows } from './block-rows.ts'
import type { BlockEvent } from './encode-block.ts'
import { eventOfRow } from './event-of-row.ts'
import { readStoredRows } from './stored-rows.ts'

const ROWS_A_STEP = 1_000

export interface EventExport {
  readonly total: number
  /** One JSON text an event, in the order they were stored, some at a time; empty at the end. */
  next(): readonly string[]
}

/** Reads all events, or those of one project, as they are at this instant. Holds a read transaction until `db` closes. */
export function openEventExport(db: Database, projectId: string | undefined): EventExport {
  db.exec('BEGIN')
  const total = countEvents(db, projectId)
  const steps = readSteps(db, projectId)
  return { total, next: () => steps.next().value ?? [] }
}

function* readSteps(db: Database, only: string | undefined): Generator<readonly string[], undefined> {
  const lineOf = createLineOf(db)
  const project = only === undefined ? undefined : projectRow(db, only)
  for (const { rows, kept } of readStoredRows(db)) {
    const all = kept ?? Uint32Array.from({ length: rows.length }, (_, row) => row)
    const chosen = only === undefined ? all : all.filter((row) => rows.projects[row] === project)
    for (let from = 0; from < chosen.length; from += ROWS_A_STEP) {
      yield Array.from(chosen.subarray(from, from + ROWS_A_STEP), (row) => lineOf(rows, row))
    }
  }
}

function projectRow(db: Database, uuid: string): number | undefined {
  return db.prepare<[string], number>('SELECT id FROM project WHERE uuid = ?').pluck().get(uuid)
}

function createLineOf(db: Database): (rows: BlockRows, row: number) => string {
  const projects = new Map(db.prepare<[], [number, string]>('SELECT id, uuid FROM project').raw().all())
  const selectLane = db.prepare<[number], string>('SELECT lane FROM lane WHERE id = ?').pluck()
  const lanes = new Map<number, string>()
  function laneOf(row: number): string {
    const lane = lanes.get(row) ?? selectLane.get(row) ?? ''
    lanes.set(row, lane)
    return lane
  }
  const keyOf = ({ lane, seq, key }: BlockEvent) => (lane === 0 ? key : formatLaneKey(laneOf(lane), seq))
  return (rows, row) => {
    const event = eventOfRow(rows, row)
    const projectId = projects.get(event.project) as string
    const key = keyOf(event)
    const head = {
      project_id: projectId,
      event_id: event.lane === 0 ? event.eventId : nameUuid(projectId, key),
      event_name: event.eventName,
      ...(event.userId === null ? {} : { user_id: event.userId }),
      timestamp: formatTimestamp(event.timestampMs),
      ...(event.originalTimestampMs === null ? {} : { original_timestamp: formatTimestamp(event.originalTimestampMs) }),
      received_at: formatTimestamp(event.receivedAtMs),
      ...(key === '' ? {} : { idempotency_key: key }),
    }
    // The text of the metadata as it is kept, byte by byte.
    return `${JSON.stringify(head).slice(0, -1)},"metadata":${event.metadata}}`
  }
}
