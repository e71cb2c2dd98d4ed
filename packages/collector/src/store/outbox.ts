/** One event due at one webhook. The pair is unique for ever. */
export interface PlannedDelivery {
  /** UUID; a pure function of event and webhook, and the `webhook-id` of every attempt. */
  readonly deliveryId: string
  readonly eventId: string
  readonly webhookId: string
  /** JSON text of the event as the webhook gets it, not yet signed. */
  readonly document: string
  readonly dueAtMs: number
}

/** A delivery that its holder alone may attempt until the lease ends. */
export interface ClaimedDelivery {
  readonly deliveryId: string
  /** Names this claim; a later claim of the same delivery makes it void. */
  readonly lease: number
  readonly url: string
  readonly secret: string
  readonly document: string
  /** Number of the attempt to make: 1 for the first. */
  readonly attempt: number
}

/** What came of one attempt: an HTTP status, or the error that prevented one. */
export interface DeliveryAttempt {
  readonly number: number
  readonly startedAtMs: number
  readonly durationMs: number
  readonly status: number | null
  readonly error: string | null
}

/** Where a delivery goes after an attempt. */
export type DeliveryNext =
  | { readonly state: 'delivered' }
  | { readonly state: 'waiting'; readonly dueAtMs: number }
  | { readonly state: 'failed' }

export interface Outbox {
  /** Takes up to `limit` due deliveries, the longest due first, for `leaseMs`. */
  claim(limit: number, nowMs: number, leaseMs: number): Promise<readonly ClaimedDelivery[]>
  /** Records the attempt and moves the delivery on, together. Does nothing when the lease is void. */
  settle(claimed: ClaimedDelivery, attempt: DeliveryAttempt, next: DeliveryNext): Promise<void>
}
