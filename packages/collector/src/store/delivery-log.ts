import type { DeliveryAttempt, PlannedDelivery } from './outbox.ts'

/**
 * `waiting`: for its first attempt or the next. `held`: its webhook is switched off. `failed`: given up.
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
  /** Only deliveries older than this one. */
  readonly before?: string
}

/** The record of what was delivered to a webhook. */
export interface DeliveryLog {
  /** Newest first. */
  list(webhookId: string, page: DeliveryPage): Promise<readonly LoggedDelivery[]>
  /** Whether the webhook has that delivery, which is then due at once. */
  redeliver(webhookId: string, deliveryId: string, nowMs: number): Promise<boolean>
  /** Records a delivery that was attempted at once, outside the outbox, and is not attempted again. */
  record(delivery: PlannedDelivery, attempt: DeliveryAttempt, state: 'delivered' | 'failed'): Promise<void>
}
