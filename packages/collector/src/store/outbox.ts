import type { PreviousSecret, WebhookHealth } from './registry.ts'

/** One event due at one webhook. The pair is unique for ever. */
export interface PlannedDelivery {
  /** UUID; a pure function of event and webhook, and the `webhook-id` of every attempt. */
  readonly deliveryId: string
  readonly eventId: string
  /** Of the event, so that the delivery goes when it or its user is deleted. */
  readonly eventTimestampMs: number
  readonly userId: string | null
  readonly webhookId: string
  /** JSON text of the event as the webhook gets it, not yet signed. */
  readonly document: string
  readonly dueAtMs: number
}

/** A webhook, switched on and not paused, that something is due at. */
export interface DueWebhook {
  readonly webhookId: string
  /** Whether its last attempt failed. */
  readonly failing: boolean
  /** How many deliveries are due, counted up to what was asked for. */
  readonly due: number
  /** When the longest due of them became due. */
  readonly dueAtMs: number
}

/** How many due deliveries of a webhook to take. */
export interface ClaimShare {
  readonly webhookId: string
  readonly limit: number
}

/** A delivery that its holder alone may attempt until the lease ends. */
export interface ClaimedDelivery {
  readonly deliveryId: string
  readonly webhookId: string
  /** Names this claim; a later claim of the same delivery makes it void. */
  readonly lease: number
  readonly url: string
  readonly secret: string
  readonly previousSecrets: readonly PreviousSecret[]
  readonly document: string
  /** Number of the attempt to make: 1 for the first. */
  readonly attempt: number
  /** The same, counted from when somebody last had it sent again: where in the schedule it is. */
  readonly scheduled: number
}

/** What came of one attempt: an HTTP status, or the error that prevented one. */
export interface DeliveryAttempt {
  readonly number: number
  readonly startedAtMs: number
  readonly durationMs: number
  readonly status: number | null
  readonly error: string | null
  /** The first of what was answered; `null` without an answer. */
  readonly answer: string | null
}

/** Where a delivery goes after an attempt. */
export type DeliveryNext =
  | { readonly state: 'delivered' }
  | { readonly state: 'waiting'; readonly dueAtMs: number }
  | { readonly state: 'failed' }

/** What follows from an attempt, for its delivery and for the webhook. */
export interface Judgement {
  readonly next: DeliveryNext
  readonly health: WebhookHealth
  /** Why the webhook is to be switched off; `null` if it is not. */
  readonly disable: string | null
}

/** Judges by the webhook's health before. Pure and synchronous: it runs inside the transaction. */
export type Judge = (health: WebhookHealth) => Judgement

export interface Backlog {
  /** Deliveries that wait for an attempt, held ones too. */
  readonly waiting: number
  /** When the longest due of those that are not held became due, or will; `null` where there is none. */
  readonly oldestDueAtMs: number | null
}

export interface Outbox {
  /** Webhooks with something due, each with how many, counted up to `most`. */
  due(nowMs: number, most: number): Promise<readonly DueWebhook[]>
  /** Takes due deliveries of the webhooks named, the longest due first, for `leaseMs`. */
  claim(shares: readonly ClaimShare[], nowMs: number, leaseMs: number): Promise<readonly ClaimedDelivery[]>
  /**
   * Records the attempt, moves the delivery on and books the webhook's health, together. Resolves with the judgement, or
   * with `undefined` when the lease is void and nothing was done.
   */
  settle(claimed: ClaimedDelivery, attempt: DeliveryAttempt, judge: Judge): Promise<Judgement | undefined>
  backlog(): Promise<Backlog>
}
