import { MAX_EVENT_NAME_CHARACTERS, MAX_METADATA_BYTES } from '@truecount/protocol'
import { isText, must } from '../must.ts'
import type { OutgoingEvent } from '../options.ts'
import type { QueuedEvent } from './event-queue.ts'

/** Bytes of a string in UTF-8: every platform has a fast way of its own. */
export type MeasureText = (text: string) => number

/**
 * Checks an event against the contract's limits and serialises it.
 * Throws what is wrong with it, in words for its author, and whatever looking at it throws.
 */
export function createEvent(outgoing: OutgoingEvent, key: string, utf8Bytes: MeasureText): QueuedEvent {
  const { event_name, user_id, timestamp, metadata } = outgoing
  const iso = new Date(timestamp).toISOString()
  const metadataJson = JSON.stringify(metadata) as string | undefined
  must(isText(event_name) && isShort(event_name), 'event name must be a string of 1 to 100 characters')
  must(isText(key), 'idempotencyKey must be a string')
  must(user_id == null || ['string', 'number'].includes(typeof user_id), 'userId must be a string')
  // Years beyond four digits print with a sign, which the contract does not know.
  must(iso.length < 25, 'timestamp must be in the years 0 to 9999')
  must(
    metadata === undefined || (metadataJson?.[0] === '{' && utf8Bytes(metadataJson) <= MAX_METADATA_BYTES),
    'metadata must be an object of at most 10 KB of JSON',
  )
  const head = JSON.stringify({
    event_name,
    user_id: user_id?.toString(),
    timestamp: typeof timestamp === 'string' ? timestamp : iso,
    idempotency_key: key,
  })
  const json = repairTorn(metadataJson ? `${head.slice(0, -1)},"metadata":${metadataJson}}` : head)
  return { key, json, bytes: utf8Bytes(json) }
}

/**
 * JSON text bears half a surrogate pair, as of an emoji cut in two, only escaped (ECMA-262, JSON.stringify), and the
 * contract does not bear it at all: U+FFFD stands for it instead, as in any UTF-8.
 */
function repairTorn(json: string): string {
  return json.replace(/\\(ud[89a-f]..|.)/g, (escape, what: string) => (what[4] ? '\ufffd' : escape))
}

/** Counts code points, but no more of them than decide it: a name may be of any length. */
function isShort(name: string): boolean {
  return Array.from(name.slice(0, 2 * MAX_EVENT_NAME_CHARACTERS + 1)).length <= MAX_EVENT_NAME_CHARACTERS
}
