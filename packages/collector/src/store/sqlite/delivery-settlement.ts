import type { Database } from 'better-sqlite3'
import type { ClaimedDelivery, DeliveryAttempt, Judge, Judgement } from '../outbox.ts'
import type { WebhookHealth } from '../registry.ts'
import { HEALTH_COLUMNS } from './sqlite-webhooks.ts'

interface SettledRow extends WebhookHealth {
  readonly id: number
  readonly webhook: number
}

/**
 * What one attempt changes, to be called inside a transaction. A delivery whose webhook was switched off or deleted
 * meanwhile has its attempt recorded, and waits no more.
 */
export function createSettle(db: Database) {
  const find = db.prepare<[string, number], SettledRow>(
    `SELECT d.id, d.webhook, ${HEALTH_COLUMNS} FROM delivery d JOIN webhook w ON w.id = d.webhook
     WHERE d.uuid = ? AND d.lease = ? AND d.state IN ('waiting', 'cancelled')`,
  )
  const move = db.prepare(
    `UPDATE delivery SET state = iif(@state = 'waiting', state, @state), due_at = @dueAtMs, leased_until = 0,
       attempts = attempts + 1 WHERE id = @id`,
  )
  const record = createRecordAttempt(db)
  const book = db.prepare(
    'UPDATE webhook SET failing_since = ?, failed_at = ?, overloads = ?, paused_until = ? WHERE id = ?',
  )
  const disable = db.prepare<[string, number, number]>(
    'UPDATE webhook SET enabled = 0, disabled_reason = ?, disabled_at = ? WHERE id = ? AND enabled = 1 AND deleted_at IS NULL',
  )
  return (claimed: ClaimedDelivery, attempt: DeliveryAttempt, judge: Judge): Judgement | undefined => {
    const row = find.get(claimed.deliveryId, claimed.lease)
    if (row === undefined) return undefined
    const { id, webhook, ...before } = row
    const judgement = judge(before)
    const { next, health } = judgement
    const endedAtMs = attempt.startedAtMs + attempt.durationMs
    move.run({ id, state: next.state, dueAtMs: next.state === 'waiting' ? next.dueAtMs : endedAtMs })
    record(id, attempt)
    if (!sameHealth(before, health)) {
      book.run(health.failingSinceMs, health.failedAtMs, health.overloads, health.pausedUntilMs, webhook)
    }
    if (judgement.disable === null) return judgement
    const done = disable.run(judgement.disable, endedAtMs, webhook).changes === 1
    return done ? judgement : { ...judgement, disable: null }
  }
}

/** Writes an attempt beside its delivery. */
export function createRecordAttempt(db: Database): (delivery: number | bigint, attempt: DeliveryAttempt) => void {
  const insert = db.prepare(
    `INSERT INTO delivery_attempt (delivery, number, started_at, duration, status, error, answer)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  return (delivery, { number, startedAtMs, durationMs, status, error, answer }) =>
    void insert.run(delivery, number, startedAtMs, durationMs, status, error, answer)
}

function sameHealth(a: WebhookHealth, b: WebhookHealth): boolean {
  return (
    a.failingSinceMs === b.failingSinceMs &&
    a.failedAtMs === b.failedAtMs &&
    a.overloads === b.overloads &&
    a.pausedUntilMs === b.pausedUntilMs
  )
}
