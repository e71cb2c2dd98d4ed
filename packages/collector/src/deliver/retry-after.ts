/** Longest wait that a webhook can ask for: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000

/**
 * Milliseconds that a `Retry-After` field asks to wait from `nowMs`: seconds or an HTTP date (RFC 9110 §10.2.3), at most
 * a day. `null` where it is absent or unreadable.
 */
export function readRetryAfter(field: string | undefined, nowMs: number): number | null {
  const text = field?.trim() ?? ''
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS)
}
