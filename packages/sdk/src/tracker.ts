import type { EventMap, TrackArguments } from './event-map.ts'
import type { Signals } from './signals.ts'

/** What an application holds. No method ever throws, whatever it is given; each returns at once or in bounded time. */
export interface Tracker<Events extends EventMap = EventMap> {
  /**
   * Captures an event. On return it has its idempotency key and is in the queue, or is counted under a drop reason.
   * Does no network work.
   */
  track<Name extends keyof Events & string>(name: Name, ...rest: TrackArguments<Events[Name]>): void
  /** Says who the user is: sends `$identify` with the traits and, in a browser, the anonymous id used so far. */
  identify(userId: string, traits?: object): void
  /** Captures `page_view` with `metadata.page`: the given name, in a browser by default the path. */
  page(name?: string, metadata?: object): void
  /** Forgets the identified user (log-out): a new anonymous id in a browser. */
  reset(): void
  /** Sends what waits now. Resolves when that is done, or after `timeoutMs` (default 10,000). Never rejects. */
  flush(options?: DrainOptions): Promise<FlushResult>
  /** Like `flush`, and then ends: later events are dropped as `shut_down`. A second call joins the first. */
  shutdown(options?: DrainOptions): Promise<FlushResult>
  /** Consent is given: what was held is stored and sent. */
  optIn(): void
  /** Consent is refused or withdrawn: what waits is dropped as `opted_out`, and so is every later event. */
  optOut(): void
  /** Listens; returns a function that stops listening. */
  on<Kind extends keyof Signals>(kind: Kind, listener: (signal: Signals[Kind]) => void): () => void
  /** The tracker's own books: `captured + adopted = delivered + rejected + dropped + waiting`. */
  stats(): TrackerStats
}

export interface DrainOptions {
  /** Longest wait, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

/** What a `flush` or `shutdown` did. */
export interface FlushResult {
  /** Events stored by the collector during the call. */
  readonly delivered: number
  /** Events still in the queue at its end. */
  readonly waiting: number
  /** Events given up, or rejected by the collector, during the call. */
  readonly dropped: number
}

export interface TrackerStats {
  /** Events that this tracker captured, its own reports among them. */
  readonly captured: number
  /** Events that it took over from a queue whose owner was gone. */
  readonly adopted: number
  /** Stored by the collector, `duplicates` included. */
  readonly delivered: number
  /** Of `delivered`: those that the collector had already. */
  readonly duplicates: number
  /** Refused by the collector for good. */
  readonly rejected: number
  /** Given up, for the reasons that `dropped` signals name. */
  readonly dropped: number
  /** In the queue now. */
  readonly waiting: number
}
