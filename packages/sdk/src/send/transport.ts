import type { QueuedEvent } from '../capture/event-queue.ts'

/** A collector's word on one event, as far as the SDK reads it. */
export interface ReadVerdict {
  readonly status: 'accepted' | 'rejected'
  readonly duplicate?: true
  readonly message?: string
}

/**
 * What became of a batch. With `verdicts` it is acknowledged: the collector named every event, one verdict each, in order.
 * `retry`: nothing is known; the same batch must be sent again, not before `afterMs` if the collector said so (else 0).
 * Otherwise the collector refuses the request as it is. `unauthorized`: nothing with this key will pass.
 * `too_large`: halve it. `refused`: some event in it is poison.
 */
export type SendOutcome =
  | {
      readonly verdicts: readonly ReadVerdict[]
      readonly kind?: never
      readonly message?: never
      readonly afterMs?: never
    }
  | {
      readonly verdicts?: never
      readonly kind: 'retry' | 'unauthorized' | 'too_large' | 'refused'
      readonly message: string
      readonly afterMs: number
    }

/**
 * Carries a batch of events to the collector. Never rejects: whatever goes wrong is an outcome.
 * `waiting`: how many wait beside these and are on no way yet.
 * `mayOutlive`: the request should outlive the page that makes it, where the platform can do that.
 */
export type Transport = (events: readonly QueuedEvent[], waiting: number, mayOutlive: boolean) => Promise<SendOutcome>
