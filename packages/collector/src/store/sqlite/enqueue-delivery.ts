import type { Database } from 'better-sqlite3'
import { uuidBytes } from '../../id/uuid.ts'
import type { PlannedDelivery } from '../outbox.ts'

/** To be called inside a transaction, with the number of the last event that it stored. The UUID of a delivery is made of its event and webhook, so its uniqueness is the pair's. */
export function createEnqueue(db: Database): (delivery: PlannedDelivery, eventNumber: number) => number {
  const insert = db.prepare(
    `INSERT OR IGNORE INTO delivery (uuid, event_id, event_ts, event_user, event_number, webhook, document, due_at, created_at)
     SELECT ?, ?, ?, ?, ?, id, ?, ?, ? FROM webhook WHERE uuid = ? AND deleted_at IS NULL`,
  )
  return ({ deliveryId, eventId, eventTimestampMs, userId, webhookId, document, dueAtMs }, eventNumber) => {
    const event = [uuidBytes(eventId), eventTimestampMs, userId, eventNumber]
    return insert.run(deliveryId, ...event, document, dueAtMs, dueAtMs, webhookId).changes
  }
}
