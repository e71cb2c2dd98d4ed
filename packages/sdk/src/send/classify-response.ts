import { attempt } from '../attempt.ts'
import { MAX_RETRY_AFTER_MS } from '../tuning.ts'
import type { ReadVerdict, SendOutcome } from './transport.ts'

/**
 * Reads an answer of the batch route. A batch is acknowledged only by a verdict for each of its `eventCount` events:
 * a bare 200, such as a captive portal's, says nothing about them.
 */
export function classifyResponse(status: number, body: string, eventCount: number, afterMs: number): SendOutcome {
  const verdicts = (status < 300 || status === 400) && attempt(() => verdictsOf(body))
  if (verdicts && verdicts.length === eventCount) return { verdicts }
  // What a status means where the answer does not name the events.
  const isForbidden = status === 401 || status === 403
  const kind = status === 400 ? 'refused' : status === 413 ? 'too_large' : isForbidden ? 'unauthorized' : 'retry'
  return { kind, message: `${status} ${body.slice(0, 200)}`, afterMs }
}

/** Nothing, or an exception, where the answer holds anything else: it says nothing about the events. */
function verdictsOf(body: string): readonly ReadVerdict[] | false {
  const { results } = JSON.parse(body) as { results: readonly ReadVerdict[] }
  return results.every(({ status }) => status === 'accepted' || status === 'rejected') && results
}

/**
 * Milliseconds that a `Retry-After` field asks to wait from `nowMs`: seconds or an HTTP date (RFC 9110 §10.2.3).
 * 0 where it is absent or unreadable.
 */
export function parseRetryAfter(field: string | null, nowMs: number): number {
  const seconds = Number(field)
  const waitMs = Number.isNaN(seconds) ? Date.parse(field as string) - nowMs : seconds * 1000
  return waitMs > 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : 0
}
