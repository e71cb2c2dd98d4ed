/** An event as the queue keeps it: serialised once, when it was captured. */
export interface QueuedEvent {
  /** The event's `idempotency_key`. */
  readonly key: string
  /** The event's JSON, ready for a batch. */
  readonly json: string
  /** Bytes of `json` in UTF-8. */
  readonly bytes: number
}

/**
 * Holds captured events until the collector has named their keys.
 * Order is the order of `put`. Nothing leaves but by `remove`: an implementation never evicts.
 */
export interface EventQueue {
  /**
   * Whether the event is kept as this queue promises; `false` where it is full. One that is there already is kept.
   * `isReport` marks a drop report, which may exceed the bound a little: it tells what the bound cost.
   */
  put(event: QueuedEvent, isReport?: boolean): boolean
  /** The events that wait, oldest first. Lazy, so that a sender reads only as many as it takes. */
  peek(): Iterable<QueuedEvent>
  /** Forgets events that `peek` gave, by their keys; those that it no longer holds are ignored. */
  remove(events: readonly QueuedEvent[]): void
  /** How many events wait. */
  count(): number
  /** The sum of their bytes. */
  bytes(): number
}
