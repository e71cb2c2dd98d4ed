import type { Database } from 'better-sqlite3'
import type { DeliveryAttempt } from '../outbox.ts'

/** One recorded attempt, with whose it was and what became of its delivery. */
export interface TailedAttempt extends DeliveryAttempt {
  readonly deliveryId: string
  readonly webhookId: string
  readonly url: string
  readonly eventName: string
  readonly state: string
  /** When the delivery is due again; only while it waits. */
  readonly dueAtMs: number | null
}

type TailRow = TailedAttempt & { readonly row: number }

const ROWS_A_STEP = 500

export interface AttemptTail {
  /** What was recorded since the last call, in that order, some at a time; empty when there is nothing new. */
  next(): readonly TailedAttempt[]
}

/** Follows the attempts of all webhooks, or of one, from the last `recent` of those that are recorded already. */
export function openAttemptTail(db: Database, webhookId: string | undefined, recent: number): AttemptTail {
  const only = webhookId ?? null
  const from = `FROM delivery_attempt a JOIN delivery d ON d.id = a.delivery JOIN webhook w ON w.id = d.webhook
    WHERE (@only IS NULL OR w.uuid = @only)`
  const before = db.prepare<[{ only: string | null; recent: number }], number | null>(
    `SELECT min(id) - 1 FROM (SELECT a.id ${from} ORDER BY a.id DESC LIMIT @recent)`,
  )
  const last = db.prepare<[], number | null>('SELECT max(id) FROM delivery_attempt')
  const select = db.prepare<[{ only: string | null; after: number }], TailRow>(
    `SELECT a.id AS row, a.number, a.started_at AS startedAtMs, a.duration AS durationMs, a.status, a.error, a.answer,
       d.uuid AS deliveryId, w.uuid AS webhookId, w.url, d.document ->> '$.event_name' AS eventName, d.state,
       iif(d.state = 'waiting', d.due_at, NULL) AS dueAtMs
     ${from} AND a.id > @after ORDER BY a.id LIMIT ${ROWS_A_STEP}`,
  )
  const lastRow = () => last.pluck().get() ?? 0
  let after = recent === 0 ? lastRow() : (before.pluck().get({ only, recent }) ?? lastRow())
  return {
    next() {
      // The newest were deleted, and their numbers are given out again.
      after = Math.min(after, lastRow())
      const rows = select.all({ only, after })
      after = rows.at(-1)?.row ?? after
      return rows
    },
  }
}
