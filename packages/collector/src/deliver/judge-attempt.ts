import type { Judge } from '../store/outbox.ts'
import type { WebhookHealth } from '../store/registry.ts'
import type { PostResult } from './post-webhook.ts'
import { isSuccess, LONGEST_WAIT_MS, nextOf } from './retry-schedule.ts'
import { HEALTHY } from './webhook-health.ts'

const DAY_MS = 86_400_000

/** A webhook is switched off when it failed for so long, without a success and without a longer gap than retries have. */
export const FAILING_DAYS = 5

/** Pause after an answer that asks to slow down and does not say for how long: doubled each time in a row, to the bound. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 10 * 60_000

/** Too many requests, bad gateway, gateway timeout: slow down (Standard Webhooks 1.0.0). */
const OVERLOADED = [429, 502, 504]
const GONE = 410

/** An attempt that ended: where in the schedule it was, and when. */
export interface Ended {
  readonly result: PostResult
  /** 1 for the first attempt of the schedule. */
  readonly scheduled: number
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Of [0, 1): spreads retries. */
  readonly chance: number
}

/** What follows from an attempt: only a 2xx is success, and everything else is a failure of the webhook too. */
export function judgeAttempt(ended: Ended): Judge {
  const { result, startedAtMs, endedAtMs } = ended
  return (before) => {
    if (isSuccess(result)) return { next: { state: 'delivered' }, health: HEALTHY, disable: null }
    const failingSinceMs = failingSince(before, startedAtMs)
    const health = { failingSinceMs, failedAtMs: endedAtMs, ...slowDown(before, ended) }
    return { next: nextOf(ended), health, disable: reasonToDisable(result, endedAtMs - failingSinceMs) }
  }
}

function failingSince({ failingSinceMs, failedAtMs }: WebhookHealth, startedAtMs: number): number {
  const goesOn = failedAtMs !== null && startedAtMs - failedAtMs <= LONGEST_WAIT_MS
  return goesOn ? (failingSinceMs ?? startedAtMs) : startedAtMs
}

/** Attempts that were under way when a pause began add nothing to it. */
function slowDown(
  { overloads, pausedUntilMs }: WebhookHealth,
  { result, startedAtMs, endedAtMs }: Ended,
): Pick<WebhookHealth, 'overloads' | 'pausedUntilMs'> {
  if (result.kind === 'unanswered') return { overloads, pausedUntilMs }
  if (result.retryAfterMs !== null) {
    return { overloads, pausedUntilMs: Math.max(pausedUntilMs, endedAtMs + result.retryAfterMs) }
  }
  if (!OVERLOADED.includes(result.status)) return { overloads: 0, pausedUntilMs }
  if (startedAtMs < pausedUntilMs) return { overloads, pausedUntilMs }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** overloads, LONGEST_PAUSE_MS)
  return { overloads: overloads + 1, pausedUntilMs: endedAtMs + pauseMs }
}

function reasonToDisable(result: PostResult, failingMs: number): string | null {
  if (result.kind === 'answered' && result.status === GONE) return 'It answered 410 Gone: it wants no more deliveries'
  return failingMs >= FAILING_DAYS * DAY_MS ? `Every attempt failed for ${FAILING_DAYS} days` : null
}
