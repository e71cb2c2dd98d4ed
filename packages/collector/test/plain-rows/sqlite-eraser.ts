import type { Database } from 'better-sqlite3'
import type { Eraser } from '../../src/store/eraser.ts'
import { createDeleteDeliveries } from '../../src/store/sqlite/delivery-deletion.ts'
import { createEventDeletion, type EventRow } from './event-deletion.ts'
import { guard } from '../../src/store/sqlite/guard.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'
import { createForgetWindows } from '../../src/store/sqlite/sqlite-rule-windows.ts'

/** Bounds of one piece: rows looked at, rows deleted, pages given back. Each takes a few milliseconds. */
const SCANNED_ROWS = 5_000
const DELETED_ROWS = 250
const SHRUNK_PAGES = 200

/** What one bounded piece of a deletion did. */
interface ErasedPiece {
  readonly events: number
  /** To be handed to the next call; `undefined` when nothing is left. */
  readonly next: number | undefined
}

/** Deletes the rows themselves, a transaction a piece. */
export function createSqliteEraser(db: Database): Eraser {
  const before = db.transaction(createEraseBefore(db))
  const user = db.transaction(createEraseUser(db))
  const freePages = () => db.pragma('freelist_count', { simple: true }) as number
  return {
    eraseBefore: (projectId, beforeMs) => guard(() => eraseAll((from) => before.immediate(projectId, beforeMs, from))),
    eraseUser: (projectId, userId) => guard(() => eraseAll((from) => user.immediate(projectId, userId, from))),
    reclaim: () =>
      guard(() => {
        const free = freePages()
        db.pragma(`incremental_vacuum(${SHRUNK_PAGES})`)
        // A file made without incremental vacuum keeps its free pages, and writes into them.
        return freePages() > 0 && freePages() < free
      }),
  }
}

function eraseAll(eraseFrom: (from: number) => ErasedPiece): number {
  let piece = eraseFrom(0)
  let { events } = piece
  while (piece.next !== undefined) {
    piece = eraseFrom(piece.next)
    events += piece.events
  }
  return events
}

/** First the events (`next` is 0), then the deliveries that ended before the instant (`next` is -1). */
function createEraseBefore(db: Database) {
  const projectRow = createProjectIds(db)
  const deletion = createEventDeletion(db)
  const deleteDeliveries = createDeleteDeliveries(db)
  const select = db.prepare<[number, number], EventRow>(
    `SELECT id, event_id AS eventId FROM event WHERE project = ? AND ts < ? ORDER BY ts LIMIT ${DELETED_ROWS}`,
  )
  const ended = db.prepare<[number, number], number>(
    `SELECT id FROM delivery WHERE webhook IN (SELECT id FROM webhook WHERE project = ?)
     AND state IN ('delivered', 'failed', 'cancelled') AND due_at < ? LIMIT ${DELETED_ROWS}`,
  )
  ended.pluck()
  return (projectId: string, beforeMs: number, from: number): ErasedPiece => {
    const project = projectRow(projectId)
    const rows = from < 0 ? [] : select.all(project, beforeMs)
    if (rows.length > 0) {
      deletion.deleteEvents(project, rows, { releaseKeys: true })
      return { events: rows.length, next: 0 }
    }
    const deliveries = ended.all(project, beforeMs)
    deleteDeliveries(deliveries)
    return { events: 0, next: deliveries.length < DELETED_ROWS ? undefined : -1 }
  }
}

/** Walks all rows in the order they were stored; `next` is the last row looked at. */
function createEraseUser(db: Database) {
  const projectRow = createProjectIds(db)
  const deletion = createEventDeletion(db)
  const lastScanned = db
    .prepare<[number], number | null>(
      `SELECT max(id) FROM (SELECT id FROM event WHERE id > ? ORDER BY id LIMIT ${SCANNED_ROWS})`,
    )
    .pluck()
  const select = db.prepare<[number, number, number, string], EventRow>(
    `SELECT id, event_id AS eventId FROM event WHERE id > ? AND id <= ? AND +project = ? AND user_id = ?
     ORDER BY id LIMIT ${DELETED_ROWS}`,
  )
  const forgetWindows = createForgetWindows(db)
  return (projectId: string, userId: string, from: number): ErasedPiece => {
    if (from === 0) forgetWindows(projectRow(projectId), JSON.stringify(userId))
    const last = lastScanned.get(from) ?? null
    if (last === null) return { events: 0, next: undefined }
    const project = projectRow(projectId)
    const rows = select.all(from, last, project, userId)
    deletion.deleteEvents(project, rows, { releaseKeys: false })
    return { events: rows.length, next: rows.length < DELETED_ROWS ? last : (rows.at(-1) as EventRow).id }
  }
}
