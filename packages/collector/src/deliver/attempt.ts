import type { ClaimedDelivery, DeliveryAttempt } from '../store/outbox.ts'
import type { PostResult, PostWebhook } from './post-webhook.ts'
import { signingSecrets } from './secret-rotation.ts'
import { signDelivery } from './signature.ts'

/** Longest that one attempt may take, from look-up to status line. */
export const ATTEMPT_TIMEOUT_MS = 15_000

export interface AttemptParts {
  readonly post: PostWebhook
  readonly now: () => number
}

/** What it takes to attempt a delivery. */
export type Attemptable = Pick<
  ClaimedDelivery,
  'deliveryId' | 'url' | 'secret' | 'previousSecrets' | 'document' | 'attempt'
>

export interface Attempted {
  readonly result: PostResult
  /** What is to be recorded of it. */
  readonly attempt: DeliveryAttempt
}

/** Signs a delivery and sends it once. `signal` ends it early. */
export async function attemptOnce(
  { post, now }: AttemptParts,
  claimed: Attemptable,
  signal?: AbortSignal,
): Promise<Attempted> {
  const startedAtMs = now()
  const request = signDelivery(signingSecrets(claimed, startedAtMs), claimed.deliveryId, claimed.document, startedAtMs)
  const tooLong = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)
  const result = await post(claimed.url, request, signal === undefined ? tooLong : AbortSignal.any([signal, tooLong]))
  const durationMs = now() - startedAtMs
  return { result, attempt: { number: claimed.attempt, startedAtMs, durationMs, ...recordOf(result) } }
}

function recordOf(result: PostResult): Pick<DeliveryAttempt, 'status' | 'error' | 'answer'> {
  return result.kind === 'answered'
    ? { status: result.status, error: null, answer: result.answer }
    : { status: null, error: result.error, answer: null }
}
