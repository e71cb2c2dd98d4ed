import type { Verdict } from '@truecount/protocol'
import type { QueuedEvent } from '../capture/event-queue.ts'

/** Events on their way: `body` is the JSON array of exactly these events, in this order. */
export interface Batch {
  readonly events: readonly QueuedEvent[]
  readonly body: string
  /** Bytes of `body` in UTF-8. */
  readonly bytes: number
  /** Events that wait beside these and are on no way yet. */
  readonly waiting: number
}

/**
 * What became of a batch.
 * `acknowledged`: the collector named every event, one verdict each, in order.
 * `retry`: nothing is known; the same batch must be sent again, not before `afterMs` if the collector said so (else 0).
 * Otherwise the collector refuses the request as it is. `unauthorized`: nothing with this key will pass.
 * `too_large`: halve it. `refused`: some event in it is poison.
 */
export type SendOutcome =
  | { readonly kind: 'acknowledged'; readonly verdicts: readonly Verdict[] }
  | {
      readonly kind: 'retry' | 'unauthorized' | 'too_large' | 'refused'
      readonly message: string
      readonly afterMs: number
    }

/** Carries one batch to the collector. Never rejects: whatever goes wrong is an outcome. */
export interface Transport {
  /** `mayOutlive`: the request should outlive the page that makes it, where the platform can do that. */
  send(batch: Batch, mayOutlive: boolean): Promise<SendOutcome>
}
