import { attempt } from '../attempt.ts'
import { MAX_RETRY_AFTER_MS } from '../tuning.ts'
import type { ReadVerdict, SendOutcome } from './transport.ts'

/**
 * Reads an answer of the batch route. A batch is acknowledged only by a verdict for each of its `eventCount` events:
 * a bare 200, such as a captive portal's, says nothing about them.
 */
export function classifyResponse(status: number, body: string, eventCount: number, afterMs: number): SendOutcome {
  const verdicts =
    (status < 300 || status === 400) &&
    attempt(() => {
      const { results } = JSON.parse(body) as { results: readonly ReadVerdict[] }
      // Any other answer, and an exception here, says nothing about the events.
      const isWhole = results.length === eventCount
      return (
        isWhole && results.every((verdict) => verdict.status === 'accepted' || verdict.status === 'rejected') && results
      )
    })
  if (verdicts) return { verdicts }
  // What a status means where the answer does not name the events.
  const isForbidden = status === 401 || status === 403
  const kind = status === 400 ? 'refused' : status === 413 ? 'too_large' : isForbidden ? 'unauthorized' : 'retry'
  return { kind, message: `${status} ${body.slice(0, 200)}`, afterMs }
}

/**
 * Milliseconds that a `Retry-After` field asks to wait from `nowMs`: seconds or an HTTP date (RFC 9110 §10.2.3).
 * 0 where it is absent or unreadable.
 */
export function parseRetryAfter(field: string | null, nowMs: number): number {
  const waitMs = Number(field) * 1000 || Date.parse(field as string) - nowMs
  return waitMs > 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : 0
}
