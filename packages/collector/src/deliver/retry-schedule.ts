import type { DeliveryNext } from '../store/outbox.ts'
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

/** Only a 2xx is. */
export function isSuccess(result: PostResult): boolean {
  return result.kind === 'answered' && result.status >= 200 && result.status < 300
}

/** Where a delivery goes after its attempt number `attempt` (1 for the first). */
export function nextOf(result: PostResult, attempt: number, endedAtMs: number): DeliveryNext {
  if (isSuccess(result)) return { state: 'delivered' }
  const waitMs = RETRY_SCHEDULE_MS[attempt]
  return waitMs === undefined ? { state: 'failed' } : { state: 'waiting', dueAtMs: endedAtMs + waitMs }
}
