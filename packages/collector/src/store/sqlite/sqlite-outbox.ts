import type { Database } from 'better-sqlite3'
import type { ClaimedDelivery, DeliveryAttempt, DeliveryNext, Outbox } from '../outbox.ts'
import { guard } from './guard.ts'

/**
 * The outbox on SQLite. While a delivery is claimed its `due_at` is the end of the lease. One whose webhook was switched
 * off or deleted meanwhile has its attempt recorded, and waits no more.
 */
export function createSqliteOutbox(db: Database): Outbox {
  const due = db.prepare<[number, number], number>(
    `SELECT id FROM delivery WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?`,
  )
  due.pluck()
  const take = db.prepare<[number, number]>('UPDATE delivery SET lease = lease + 1, due_at = ? WHERE id = ?')
  const read = db.prepare<[number], ClaimedDelivery>(
    `SELECT d.uuid AS deliveryId, d.lease, w.url, w.secret, d.document, d.attempts + 1 AS attempt
     FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE d.id = ?`,
  )
  const claim = db.transaction((limit: number, nowMs: number, leaseMs: number) =>
    due.all(nowMs, limit).map((id) => {
      take.run(nowMs + leaseMs, id)
      return read.get(id) as ClaimedDelivery
    }),
  )
  const move = db
    .prepare<[string, string, number, string, number], number>(
      `UPDATE delivery SET state = iif(? = 'waiting', state, ?), due_at = ?, attempts = attempts + 1
       WHERE uuid = ? AND lease = ? AND state IN ('waiting', 'held', 'cancelled') RETURNING id`,
    )
    .pluck()
  const record = db.prepare(
    'INSERT INTO delivery_attempt (delivery, number, started_at, duration, status, error) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const settle = db.transaction((claimed: ClaimedDelivery, attempt: DeliveryAttempt, next: DeliveryNext) => {
    const endedAtMs = attempt.startedAtMs + attempt.durationMs
    const dueAtMs = next.state === 'waiting' ? next.dueAtMs : endedAtMs
    const id = move.get(next.state, next.state, dueAtMs, claimed.deliveryId, claimed.lease)
    if (id === undefined) return
    record.run(id, attempt.number, attempt.startedAtMs, attempt.durationMs, attempt.status, attempt.error)
  })

  return {
    claim: (limit, nowMs, leaseMs) => guard(() => claim.immediate(limit, nowMs, leaseMs)),
    settle: (claimed, attempt, next) => guard(() => settle.immediate(claimed, attempt, next)),
  }
}
