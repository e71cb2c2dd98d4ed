import type { Database } from 'better-sqlite3'
import { createDeleteDeliveries } from '../../src/store/sqlite/delivery-deletion.ts'

export interface EventRow {
  readonly id: number
  readonly eventId: Buffer
}

export interface EventDeletion {
  /**
   * Deletes rows with their deliveries, and books them. `releaseKeys`: events outside a lane free their keys, and
   * deliveries that still wait stay; else keys stay claimed, and no delivery stays.
   */
  deleteEvents(project: number, rows: readonly EventRow[], options: { readonly releaseKeys: boolean }): void
}

/** To be called inside a transaction. */
export function createEventDeletion(db: Database): EventDeletion {
  const remove = db.prepare<[number]>('DELETE FROM event WHERE id = ?')
  const release = db.prepare<[Buffer]>('DELETE FROM claimed_key WHERE event_id = ?')
  const keepNumber = db.prepare<[number]>('UPDATE event_number SET highest_deleted = max(highest_deleted, ?)')
  const book = db.prepare<[number, number]>('UPDATE project SET deleted = deleted + ? WHERE id = ?')
  const every = db.prepare<[Buffer], number>('SELECT id FROM delivery WHERE event_id = ?').pluck()
  const over = db
    .prepare<[Buffer], number>(
      `SELECT id FROM delivery WHERE event_id = ? AND state IN ('delivered', 'failed', 'cancelled')`,
    )
    .pluck()
  const deleteDeliveries = createDeleteDeliveries(db)
  return {
    deleteEvents(project, rows, { releaseKeys }) {
      for (const { id, eventId } of rows) {
        remove.run(id)
        deleteDeliveries((releaseKeys ? over : every).all(eventId))
        if (releaseKeys) release.run(eventId)
      }
      if (rows.length === 0) return
      keepNumber.run(Math.max(...rows.map(({ id }) => id)))
      book.run(rows.length, project)
    },
  }
}
