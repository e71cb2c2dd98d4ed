import type { Verdict } from '@truecount/protocol'
import type { SendOutcome } from './transport.ts'

/** Longest wait that a `Retry-After` can ask for: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000

/** What a status means where the answer does not name the events; any other is `retry`. */
const KINDS: Readonly<Record<number, 'refused' | 'unauthorized' | 'too_large'>> = {
  400: 'refused',
  401: 'unauthorized',
  403: 'unauthorized',
  413: 'too_large',
}

/**
 * Reads an answer of the batch route. A batch is acknowledged only by a verdict for each of its `eventCount` events:
 * a bare 200, such as a captive portal's, says nothing about them.
 */
export function classifyResponse(status: number, body: string, eventCount: number, afterMs: number): SendOutcome {
  const verdicts = status < 300 || status === 400 ? verdictsOf(body) : []
  if (verdicts.length === eventCount) return { kind: 'acknowledged', verdicts }
  return { kind: KINDS[status] ?? 'retry', message: `${status} ${body.slice(0, 200)}`, afterMs }
}

/** None where the answer is unreadable or holds anything else: it says nothing about the events. */
function verdictsOf(body: string): readonly Verdict[] {
  try {
    const { results } = JSON.parse(body) as { results: readonly Verdict[] }
    return results.every(({ status }) => status === 'accepted' || status === 'rejected') ? results : []
  } catch {
    return []
  }
}

/**
 * Milliseconds that a `Retry-After` field asks to wait from `nowMs`: seconds or an HTTP date (RFC 9110 §10.2.3).
 * 0 where it is absent or unreadable.
 */
export function parseRetryAfter(field: string | null, nowMs: number): number {
  const seconds = Number(field)
  const waitMs = Number.isNaN(seconds) ? Date.parse(field as string) - nowMs : seconds * 1000
  return Math.min(Math.max(waitMs || 0, 0), MAX_RETRY_AFTER_MS)
}
