import type { Database } from 'better-sqlite3'
import { uuidBytes, uuidOfBytes } from '../../id/uuid.ts'
import type { DeliveryLog, DeliveryPage, DeliveryState, LoggedDelivery } from '../delivery-log.ts'
import type { DeliveryAttempt, PlannedDelivery } from '../outbox.ts'
import { guard } from './guard.ts'

interface DeliveryRow {
  readonly row: number
  readonly id: string
  readonly eventId: Buffer
  readonly state: DeliveryState
  readonly createdAtMs: number
  readonly dueAtMs: number
}

export function createSqliteDeliveryLog(db: Database): DeliveryLog {
  const list = createList(db)
  const again = db.prepare<[number, string, string]>(
    `UPDATE delivery SET state = 'waiting', due_at = ?
     WHERE uuid = ? AND webhook = (SELECT id FROM webhook WHERE uuid = ?)`,
  )
  const insert = db.prepare<[string, Buffer, string, string, number, number, string]>(
    `INSERT INTO delivery (uuid, event_id, webhook, document, state, due_at, created_at, attempts)
     SELECT ?, ?, id, ?, ?, ?, ?, 1 FROM webhook WHERE uuid = ?`,
  )
  const attempted = db.prepare(
    'INSERT INTO delivery_attempt (delivery, number, started_at, duration, status, error) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const record = db.transaction((delivery: PlannedDelivery, attempt: DeliveryAttempt, state: string) => {
    const { deliveryId, eventId, webhookId, document, dueAtMs } = delivery
    const made = insert.run(deliveryId, uuidBytes(eventId), document, state, dueAtMs, dueAtMs, webhookId)
    if (made.changes === 0) return
    const { number, startedAtMs, durationMs, status, error } = attempt
    attempted.run(made.lastInsertRowid, number, startedAtMs, durationMs, status, error)
  })
  return {
    list: (webhookId, page) => guard(() => list(webhookId, page)),
    redeliver: (webhookId, deliveryId, nowMs) => guard(() => again.run(nowMs, deliveryId, webhookId).changes === 1),
    record: (delivery, attempt, state) => guard(() => record.immediate(delivery, attempt, state)),
  }
}

function createList(db: Database): (webhookId: string, page: DeliveryPage) => LoggedDelivery[] {
  const deliveries = db.prepare<[string, string | null, number], DeliveryRow>(
    `SELECT d.id AS row, d.uuid AS id, d.event_id AS eventId, d.state, d.created_at AS createdAtMs, d.due_at AS dueAtMs
     FROM delivery d JOIN webhook w ON w.id = d.webhook
     WHERE w.uuid = ? AND d.id < coalesce((SELECT id FROM delivery WHERE uuid = ?), 9e18) ORDER BY d.id DESC LIMIT ?`,
  )
  const attempts = db.prepare<[number], DeliveryAttempt>(
    `SELECT number, started_at AS startedAtMs, duration AS durationMs, status, error
     FROM delivery_attempt WHERE delivery = ? ORDER BY number`,
  )
  return db.transaction((webhookId: string, { limit, before }: DeliveryPage) =>
    deliveries.all(webhookId, before ?? null, limit).map(({ row, eventId, dueAtMs, ...delivery }) => ({
      ...delivery,
      eventId: uuidOfBytes(eventId),
      dueAtMs: delivery.state === 'waiting' ? dueAtMs : null,
      attempts: attempts.all(row),
    })),
  )
}
