import type { DeliveryNext } from '../store/outbox.ts'
import type { Ended } from './judge-attempt.ts'
import type { PostResult } from './post-webhook.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Wait before each attempt, the first included (Standard Webhooks 1.0.0, its example schedule). */
export const RETRY_SCHEDULE_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]

/** By how much of itself a wait may be longer, so that what failed together is not tried again together. */
const JITTER = 0.1

/** No wait of the schedule is longer, with an hour to spare for an attempt that had to queue. */
export const LONGEST_WAIT_MS = Math.max(...RETRY_SCHEDULE_MS) * (1 + JITTER) + HOUR_MS

/** Only a 2xx is. */
export function isSuccess(result: PostResult): boolean {
  return result.kind === 'answered' && result.status >= 200 && result.status < 300
}

/** Where a delivery goes after an attempt that failed: never sooner than the webhook asked for. */
export function nextOf({ result, scheduled, endedAtMs, chance }: Ended): DeliveryNext {
  const waitMs = RETRY_SCHEDULE_MS[scheduled]
  if (waitMs === undefined) return { state: 'failed' }
  const askedMs = result.kind === 'answered' ? (result.retryAfterMs ?? 0) : 0
  return { state: 'waiting', dueAtMs: endedAtMs + Math.max(Math.round(waitMs * (1 + JITTER * chance)), askedMs) }
}
