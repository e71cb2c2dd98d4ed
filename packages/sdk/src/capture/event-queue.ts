import type { DropReason } from '@truecount/protocol'

/** An event as the queue keeps it: serialised once, when it was captured. */
export interface QueuedEvent {
  /** The event's `idempotency_key`. */
  readonly key: string
  /** The event's JSON, ready for a batch. */
  readonly json: string
  /** Bytes of `json` in UTF-8. */
  readonly bytes: number
}

/** Either the event is kept as this queue promises, or the queue says why not. */
export type AddOutcome = 'added' | Extract<DropReason, 'queue_full' | 'storage_failed'>

/**
 * Holds captured events until the collector has named their keys.
 * Order is the order of `add`. Nothing leaves but by `remove`: an implementation never evicts.
 */
export interface EventQueue {
  /** `isReport` marks a drop report, which may exceed the bound a little: it tells what the bound cost. */
  add(event: QueuedEvent, isReport?: boolean): AddOutcome
  /** The events that wait, oldest first. Lazy, so that a sender reads only as many as it takes. */
  peek(): Iterable<QueuedEvent>
  /** Forgets events by key; keys it does not hold are ignored. */
  remove(keys: readonly string[]): void
  size(): QueueSize
}

export interface QueueSize {
  readonly events: number
  readonly bytes: number
}
