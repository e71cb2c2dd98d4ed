import type { Database } from 'better-sqlite3'
import type { Backlog, ClaimedDelivery, ClaimShare, DueWebhook, Outbox } from '../outbox.ts'
import type { PreviousSecret } from '../registry.ts'
import { createSettle } from './delivery-settlement.ts'
import { guard } from './guard.ts'

type DueRow = Omit<DueWebhook, 'failing'> & { readonly failing: number }

/** The outbox on SQLite. While a delivery is claimed its `due_at` is the end of the lease. */
export function createSqliteOutbox(db: Database): Outbox {
  const due = db.prepare<[{ nowMs: number; most: number }], DueRow>(
    `SELECT w.uuid AS webhookId, w.failing_since IS NOT NULL AS failing,
       (SELECT min(due_at) FROM delivery WHERE webhook = w.id AND state = 'waiting') AS dueAtMs,
       (SELECT count(*) FROM
         (SELECT 1 FROM delivery WHERE webhook = w.id AND state = 'waiting' AND due_at <= @nowMs LIMIT @most)) AS due
     FROM webhook w WHERE w.enabled = 1 AND w.deleted_at IS NULL AND w.paused_until <= @nowMs AND dueAtMs <= @nowMs`,
  )
  const claim = db.transaction(createClaim(db))
  const settle = db.transaction(createSettle(db))
  const backlog = db.prepare<[], Backlog>(
    `SELECT count(*) AS waiting, min(iif(w.enabled = 1, d.due_at, NULL)) AS oldestDueAtMs
     FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE d.state = 'waiting'`,
  )
  return {
    due: (nowMs, most) => guard(() => due.all({ nowMs, most }).map((row) => ({ ...row, failing: row.failing === 1 }))),
    claim: (shares, nowMs, leaseMs) => guard(() => claim.immediate(shares, nowMs, leaseMs)),
    settle: (claimed, attempt, judge) => guard(() => settle.immediate(claimed, attempt, judge)),
    backlog: () => guard(() => backlog.get() as Backlog),
  }
}

type ClaimRow = Omit<ClaimedDelivery, 'previousSecrets'> & { readonly previousSecrets: string }

function createClaim(db: Database) {
  const due = db
    .prepare<[string, number, number], number>(
      `SELECT id FROM delivery
       WHERE webhook = (SELECT id FROM webhook WHERE uuid = ? AND enabled = 1 AND deleted_at IS NULL)
         AND state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT ?`,
    )
    .pluck()
  const take = db.prepare<[number, number, number]>(
    'UPDATE delivery SET lease = lease + 1, due_at = ?, leased_until = ? WHERE id = ?',
  )
  const read = db.prepare<[number], ClaimRow>(
    `SELECT d.uuid AS deliveryId, w.uuid AS webhookId, d.lease, w.url, w.secret, w.previous_secrets AS previousSecrets,
       d.document, d.attempts + 1 AS attempt, d.attempts + 1 - d.attempts_before AS scheduled
     FROM delivery d JOIN webhook w ON w.id = d.webhook WHERE d.id = ?`,
  )
  return (shares: readonly ClaimShare[], nowMs: number, leaseMs: number): ClaimedDelivery[] =>
    shares.flatMap(({ webhookId, limit }) =>
      due.all(webhookId, nowMs, limit).map((id) => {
        take.run(nowMs + leaseMs, nowMs + leaseMs, id)
        const row = read.get(id) as ClaimRow
        return { ...row, previousSecrets: JSON.parse(row.previousSecrets) as PreviousSecret[] }
      }),
    )
}
