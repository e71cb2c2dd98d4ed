import type { Database } from 'better-sqlite3'
import { createDeleteDeliveries } from '../sqlite/delivery-deletion.ts'

/** Deliveries of one piece: some milliseconds. */
const DELETED_ROWS = 250

/** Which deliveries go with what is deleted: those up to `to` of events up to the number `upTo`. */
export interface ErasedDeliveries {
  readonly project: number
  readonly before: number | null
  readonly userId: string | null
  readonly to: number
  readonly upTo: number
}

/**
 * Deletes some deliveries: all of a user, or those that are over and whose event or end is before an instant. Whether there may be
 * more. To be called inside a transaction.
 */
export function createEraseDeliveries(db: Database): (erased: ErasedDeliveries) => boolean {
  const select = (where: string) =>
    db
      .prepare<[ErasedDeliveries], number>(
        `SELECT id FROM delivery WHERE webhook IN (SELECT id FROM webhook WHERE project = @project) AND id <= @to
           AND event_number <= @upTo AND ${where} LIMIT ${DELETED_ROWS}`,
      )
      .pluck()
  const over = `state IN ('delivered', 'failed', 'cancelled')`
  const ofUser = select('event_user = @userId')
  const ofPast = [select(`${over} AND event_ts < @before`), select(`${over} AND due_at < @before`)]
  const deleteDeliveries = createDeleteDeliveries(db)
  return (erased) => {
    const selects = erased.before === null ? [ofUser] : ofPast
    const deliveries = selects.map((rows) => rows.all(erased)).find((rows) => rows.length > 0) ?? []
    deleteDeliveries(deliveries)
    return deliveries.length > 0
  }
}
