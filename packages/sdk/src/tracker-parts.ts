import type { DropReason } from '@truecount/protocol'
import type { MeasureText } from './capture/create-event.ts'
import type { EventQueue, QueuedEvent } from './capture/event-queue.ts'
import type { Identity } from './capture/identity.ts'
import type { Lane } from './capture/lane.ts'
import type { CoreOptions, ResolvedOptions } from './options.ts'
import type { Transport } from './send/transport.ts'
import type { Emitter } from './signals.ts'
import type { Tracker } from './tracker.ts'

/** What a platform gives the tracker. */
export interface TrackerParts {
  readonly options: ResolvedOptions<CoreOptions>
  readonly queue: EventQueue
  readonly lane: Lane
  readonly identity: Identity
  readonly transport: Transport
  /** Randomness, in [0, 1). A name of its own: the build shortens it, and must leave `Math.random` alone. */
  readonly chance: () => number
  /** Most bytes in a request's body. */
  readonly maxBatchBytes: number
  /** What `page(name)` says beside its metadata. */
  readonly pageMetadata: (name: string | undefined) => object
  /** Called when consent is given (at once if it was never asked for) or withdrawn: storage may or may not be used. */
  readonly onConsent: (granted: boolean) => unknown
  readonly log: (message: string) => void
  readonly utf8Bytes: MeasureText
  /**
   * Where the queue is durable: writes down a drop report that is not queued yet, anew with each drop. Whoever adopts the
   * queue finds it there, as an event of this lane. Must write nothing without consent.
   */
  readonly jot?: ((report: QueuedEvent) => unknown) | undefined
}

/** One call of the application, as far as it has come: how it is counted if it fails here. */
export interface Call {
  reason: DropReason
  /** The event has a number: without it the lane has a gap, of which the collector must be told. */
  isNumbered?: boolean
}

/** What a platform works with: the tracker, and how its life goes on. */
export interface TrackerCore {
  readonly tracker: Tracker
  readonly emit: Emitter['emit']
  /** Begins, once the platform can be called back. */
  start(): unknown
  /**
   * Sends at once, in parallel, while `budgetBytes()` has room for a largest event: for a page that goes away. There may
   * be no later, so it waits for nothing but what the collector ordered.
   */
  sendAtExit(budgetBytes: () => number): void
  /** The network is back: what waits is sent now, unless the collector ordered to wait. */
  resume(): void
  /** Runs what takes events over into the queue, and sends them. */
  adopt(run: () => void): void
  /** What the platform itself takes over or gives up is booked by it. */
  readonly books: { adopted: number }
  drop(reason: DropReason, message: string): void
}
