import type { DeliveryAttempt, PlannedDelivery } from './outbox.ts'

/**
 * `waiting`: for its first attempt or the next. `held`: it waits, and its webhook is switched off. `failed`: given up.
 * `cancelled`: its webhook was deleted.
 */
export type DeliveryState = 'waiting' | 'held' | 'delivered' | 'failed' | 'cancelled'

/** What became of one delivery so far. */
export interface LoggedDelivery {
  readonly id: string
  readonly eventId: string
  readonly state: DeliveryState
  readonly createdAtMs: number
  /** When it is attempted next; only while it waits. */
  readonly dueAtMs: number | null
  readonly attempts: readonly DeliveryAttempt[]
}

export interface DeliveryPage {
  readonly limit: number
  /** Only deliveries older than this one of the webhook; none where it is gone: older ones are, too. */
  readonly before?: string
}

/** Which deliveries of a webhook to send again: those made in a half-open window, in one of these states. */
export interface DeliveryRange {
  readonly fromMs: number
  readonly toMs: number
  readonly states: readonly ('waiting' | 'delivered' | 'failed')[]
}

/** What one bounded piece of sending a range again did. */
export interface RedeliveredPiece {
  readonly deliveries: number
  /** To be handed to the next call; `undefined` when the range is done. */
  readonly next: number | undefined
}

/** The record of what was delivered to a webhook. */
export interface DeliveryLog {
  /** Newest first. */
  list(webhookId: string, page: DeliveryPage): Promise<readonly LoggedDelivery[]>
  /** Whether the webhook has that delivery, which is then due at once, the schedule before it. One under way is left alone. */
  redeliver(webhookId: string, deliveryId: string, nowMs: number): Promise<boolean>
  /** The same for a range, a bounded piece at a time, each a transaction of its own. Begins at 0. */
  redeliverRange(webhookId: string, range: DeliveryRange, nowMs: number, from: number): Promise<RedeliveredPiece>
  /** Records a delivery that was attempted at once, outside the outbox, and is not attempted again. */
  record(delivery: PlannedDelivery, attempt: DeliveryAttempt, state: 'delivered' | 'failed'): Promise<void>
  /** Deletes some of the deliveries that ended before an instant, with their attempts; how many. None: there are no more. */
  prune(beforeMs: number): Promise<number>
}
