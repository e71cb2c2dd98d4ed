import type { Database } from 'better-sqlite3'
import { uuidBytes, uuidOfBytes } from '../../id/uuid.ts'
import type {
  DeliveryLog,
  DeliveryPage,
  DeliveryRange,
  DeliveryState,
  LoggedDelivery,
  RedeliveredPiece,
} from '../delivery-log.ts'
import type { DeliveryAttempt, PlannedDelivery } from '../outbox.ts'
import { createRecordAttempt } from './delivery-settlement.ts'
import { createDeleteDeliveries } from './delivery-deletion.ts'
import { guard } from './guard.ts'

interface DeliveryRow {
  readonly row: number
  readonly id: string
  readonly eventId: Buffer
  readonly state: DeliveryState
  readonly createdAtMs: number
  readonly dueAtMs: number
}

/** Rows of one piece of sending a range again: some milliseconds. */
const SCANNED_ROWS = 1_000

/** Deliveries of one piece of pruning. */
const PRUNED_ROWS = 250

/** One that is under way goes on as it is. */
const AGAIN = `UPDATE delivery SET state = 'waiting', due_at = @nowMs, attempts_before = attempts
  WHERE id = @id AND leased_until <= @nowMs`

export function createSqliteDeliveryLog(db: Database): DeliveryLog {
  const list = createList(db)
  const again = db.prepare<[{ id: number; nowMs: number }]>(AGAIN)
  const find = db
    .prepare<[string, string], number>(
      'SELECT id FROM delivery WHERE uuid = ? AND webhook = (SELECT id FROM webhook WHERE uuid = ?)',
    )
    .pluck()
  const range = db.transaction(createRedeliverRange(db))
  const record = db.transaction(createRecord(db))
  const prune = db.transaction(createPrune(db))
  return {
    list: (webhookId, page) => guard(() => list(webhookId, page)),
    redeliver: (webhookId, deliveryId, nowMs) =>
      guard(() => {
        const id = find.get(deliveryId, webhookId)
        if (id !== undefined) again.run({ id, nowMs })
        return id !== undefined
      }),
    redeliverRange: (webhookId, wanted, nowMs, from) => guard(() => range.immediate(webhookId, wanted, nowMs, from)),
    prune: (beforeMs) => guard(() => prune.immediate(beforeMs)),
    record: (delivery, attempt, state) => guard(() => record.immediate(delivery, attempt, state)),
  }
}

/** Walks a webhook's deliveries in the order they were made; `next` is the last row looked at. */
function createRedeliverRange(db: Database) {
  const scan = db.prepare<[number, string], { id: number; state: string; createdAtMs: number }>(
    `SELECT id, state, created_at AS createdAtMs FROM delivery
     WHERE id > ? AND webhook = (SELECT id FROM webhook WHERE uuid = ?) ORDER BY id LIMIT ${SCANNED_ROWS}`,
  )
  const again = db.prepare<[{ id: number; nowMs: number }]>(AGAIN)
  return (
    webhookId: string,
    { fromMs, toMs, states }: DeliveryRange,
    nowMs: number,
    from: number,
  ): RedeliveredPiece => {
    const rows = scan.all(from, webhookId)
    let deliveries = 0
    for (const { id, state, createdAtMs } of rows) {
      if (createdAtMs < fromMs || createdAtMs >= toMs || !(states as readonly string[]).includes(state)) continue
      deliveries += again.run({ id, nowMs }).changes
    }
    return { deliveries, next: rows.length < SCANNED_ROWS ? undefined : rows.at(-1)?.id }
  }
}

function createPrune(db: Database): (beforeMs: number) => number {
  const ended = db
    .prepare<[number], number>(
      `SELECT id FROM delivery WHERE webhook IN (SELECT id FROM webhook)
       AND state IN ('delivered', 'failed', 'cancelled') AND due_at < ? LIMIT ${PRUNED_ROWS}`,
    )
    .pluck()
  const deleteDeliveries = createDeleteDeliveries(db)
  return (beforeMs) => {
    const deliveries = ended.all(beforeMs)
    deleteDeliveries(deliveries)
    return deliveries.length
  }
}

function createRecord(db: Database) {
  const insert = db.prepare(
    `INSERT INTO delivery (uuid, event_id, event_ts, event_user, webhook, document, state, due_at, created_at, attempts)
     SELECT ?, ?, ?, ?, id, ?, ?, ?, ?, 1 FROM webhook WHERE uuid = ?`,
  )
  const recordAttempt = createRecordAttempt(db)
  return (delivery: PlannedDelivery, attempt: DeliveryAttempt, state: string): void => {
    const { deliveryId, eventId, eventTimestampMs, userId, webhookId, document, dueAtMs } = delivery
    const event = [uuidBytes(eventId), eventTimestampMs, userId]
    const made = insert.run(deliveryId, ...event, document, state, dueAtMs, dueAtMs, webhookId)
    if (made.changes === 1) recordAttempt(made.lastInsertRowid, attempt)
  }
}

function createList(db: Database): (webhookId: string, page: DeliveryPage) => LoggedDelivery[] {
  const deliveries = db.prepare<[{ webhookId: string; before: string | null; limit: number }], DeliveryRow>(
    `SELECT d.id AS row, d.uuid AS id, d.event_id AS eventId, d.created_at AS createdAtMs, d.due_at AS dueAtMs,
       iif(d.state = 'waiting' AND w.enabled = 0, 'held', d.state) AS state
     FROM delivery d JOIN webhook w ON w.id = d.webhook
     WHERE w.uuid = @webhookId
       AND d.id < iif(@before IS NULL, 9e18, (SELECT id FROM delivery WHERE uuid = @before AND webhook = w.id))
     ORDER BY d.id DESC LIMIT @limit`,
  )
  const attempts = db.prepare<[number], DeliveryAttempt>(
    `SELECT number, started_at AS startedAtMs, duration AS durationMs, status, error, answer
     FROM delivery_attempt WHERE delivery = ? ORDER BY number`,
  )
  return db.transaction((webhookId: string, { limit, before }: DeliveryPage) =>
    deliveries.all({ webhookId, before: before ?? null, limit }).map(({ row, eventId, dueAtMs, ...delivery }) => ({
      ...delivery,
      eventId: uuidOfBytes(eventId),
      dueAtMs: delivery.state === 'waiting' ? dueAtMs : null,
      attempts: attempts.all(row),
    })),
  )
}
