import type { Books } from './books.ts'
import type { Comparison } from './compare-counts.ts'
import type { WebhookTally } from './webhook-receiver.ts'

/** Everything that the demo knows at its end. */
export interface Outcome {
  /** Events that this run tracked: by the service's tracker and by its own clicks. */
  readonly tracked: number
  /** Somebody else may have clicked too, so that the collector may know of more than this run. */
  readonly visitors: boolean
  /** Events that still wait in the service's tracker. */
  readonly waiting: number
  readonly books: Books
  readonly comparisons: readonly Comparison[]
  /** Deliveries that this run's own events must have caused. */
  readonly expectedWebhooks: number
  readonly webhooks: WebhookTally
  /** The whole log went through `track()`. */
  readonly replayed: boolean
  /** Asked to kill the collector, and it was never started again. */
  readonly killFailed: boolean
}

/** A line for each figure that is off; none if the books close. */
export function checkBooks(outcome: Outcome): readonly string[] {
  const { tracked, visitors, waiting, books, comparisons, expectedWebhooks, webhooks, replayed, killFailed } = outcome
  const { captured, stored, rejected, dropped, missing } = books
  const off: string[] = []
  const settled = stored + rejected + dropped
  if (captured !== settled) off.push(`captured ${captured} is not stored + rejected + dropped, which is ${settled}`)
  if (captured < tracked || (captured > tracked && !visitors)) {
    off.push(`the collector knows of ${captured} events, and ${tracked} were tracked`)
  }
  if (missing !== 0) off.push(`missing ${missing}, which must be 0`)
  if (waiting !== 0) off.push(`waiting ${waiting}, which must be 0`)
  for (const { what, expected, reported } of comparisons) {
    if (expected !== reported) off.push(`${what}: the collector counts ${reported}, and it is ${expected}`)
  }
  const { verified, refused, doubled } = webhooks
  if (verified < expectedWebhooks || (verified > expectedWebhooks && !visitors)) {
    off.push(`webhooks verified ${verified}, and ${expectedWebhooks} events match the rule`)
  }
  if (doubled !== 0) off.push(`${doubled} events were delivered to the webhook more than once`)
  if (refused !== 0) off.push(`${refused} webhook requests had a wrong signature`)
  if (!replayed) off.push('the replay was ended before the whole log was tracked')
  if (killFailed) off.push('the collector was to be killed and started again, and was not')
  return off
}
