import type { BatchAnswer, Verdict } from '@truecount/protocol'
import type { SendOutcome } from './transport.ts'

/** Longest wait that a `Retry-After` can ask for: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000

/**
 * Reads an answer of the batch route. A batch is acknowledged only by a verdict for each of its `eventCount` events:
 * a bare 200, such as a captive portal's, says nothing about them.
 */
export function classifyResponse(
  status: number,
  body: string,
  eventCount: number,
  retryAfterMs: number | undefined,
): SendOutcome {
  const answer = parseObject(body)
  if ((status >= 200 && status < 300) || status === 400) {
    const verdicts = verdictsOf(answer, eventCount)
    if (verdicts !== undefined) return { kind: 'acknowledged', verdicts }
  }
  const told = answer?.['message']
  const message = `${status} ${typeof told === 'string' ? told : body.slice(0, 200)}`
  switch (status) {
    case 400:
      return { kind: 'refused', reason: 'invalid', message }
    case 413:
      return { kind: 'refused', reason: 'too_large', message }
    case 401:
    case 403:
      return { kind: 'refused', reason: 'unauthorized', message }
    default:
      return retryAfterMs === undefined
        ? { kind: 'retry', reason: message }
        : { kind: 'retry', reason: message, afterMs: retryAfterMs }
  }
}

/**
 * Milliseconds that a `Retry-After` field asks to wait from `nowMs`: seconds or an HTTP date (RFC 9110 §10.2.3).
 * `undefined` where it is absent or unreadable.
 */
export function parseRetryAfter(field: string | null, nowMs: number): number | undefined {
  if (!field?.trim()) return undefined
  const waitMs = Number.isNaN(Number(field)) ? Date.parse(field) - nowMs : Number(field) * 1000
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS)
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(body))
  } catch {
    // An unreadable answer says nothing about the events; the status alone decides.
    return undefined
  }
}

function verdictsOf(answer: unknown, eventCount: number): readonly Verdict[] | undefined {
  const results = (answer as Partial<BatchAnswer> | undefined)?.results
  if (!Array.isArray(results) || results.length !== eventCount) return undefined
  const isVerdict = ({ status }: Partial<Verdict>) => status === 'accepted' || status === 'rejected'
  return results.every((verdict: Partial<Verdict> | null) => isVerdict(verdict ?? {})) ? results : undefined
}
