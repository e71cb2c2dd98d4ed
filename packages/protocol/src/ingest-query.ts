/**
 * Query parameters of the batch route by which a sender tells how it stands. They are in the URL because a header would
 * cost a browser a preflight. A collector must bear that they are absent, unreadable or untrue.
 */

/** When this attempt was made, by the clock that stamped its events: whole milliseconds since 1970 UTC. */
export const SENT_AT_PARAMETER = 'sent_at'

/**
 * Events that the sender still holds and that are on their way in no request, this one's included: a whole number. It is
 * the sender's last word for the lane of the batch's last event.
 */
export const WAITING_PARAMETER = 'waiting'

/**
 * Where a batch goes: `endpoint` is the collector's base URL, with or without a slash at its end. Path and parameters stand
 * here once more, since a browser loads every name that it has to look up.
 */
export function formatBatchUrl(endpoint: string, key: string, sentAt: number, waiting: number): string {
  return `${endpoint.replace(/\/+$/, '')}/api/v1/events/batch?key=${encodeURIComponent(key)}&sent_at=${sentAt}&waiting=${waiting}`
}
