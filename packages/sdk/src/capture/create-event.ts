import { MAX_IDENTIFIER_BYTES, MAX_METADATA_BYTES } from '@truecount/protocol'
import { IS_DEVELOPMENT } from '../development.ts'
import { isText, must } from '../must.ts'
import type { OutgoingEvent } from '../options.ts'
import type { QueuedEvent } from './event-queue.ts'

/** Bytes of a string in UTF-8: every platform has a fast way of its own. */
export type MeasureText = (text: string) => number

export const USER_ID_RULE = IS_DEVELOPMENT ? 'userId must be a string of at most 1 KB' : 'userId: text'

/**
 * Checks an event against the contract's limits and serialises it.
 * Throws what is wrong with it, in words for its author, and whatever looking at it throws.
 */
export function createEvent(
  outgoing: Omit<OutgoingEvent, 'user_id'> & Partial<Pick<OutgoingEvent, 'user_id'>>,
  key: string,
  utf8Bytes: MeasureText,
): QueuedEvent {
  const { event_name, user_id, timestamp, metadata } = outgoing
  const iso = new Date(timestamp).toISOString()
  const metadataJson = JSON.stringify(metadata) as string | undefined
  must(
    // Code points, as many as MAX_EVENT_NAME_CHARACTERS; it looks at no more of them than decide it.
    isText(event_name) && /^.{1,100}$/su.test(event_name),
    IS_DEVELOPMENT ? 'event name must be a string of 1 to 100 characters' : 'event name: 1-100 characters',
  )
  must(isText(key), IS_DEVELOPMENT ? 'idempotencyKey must be a string' : 'idempotencyKey: text')
  must(user_id == null || typeof user_id === 'string' || typeof user_id === 'number', USER_ID_RULE)
  if (IS_DEVELOPMENT) checkLengths(key, user_id, utf8Bytes)
  // Years beyond four digits print with a sign, which the contract does not know.
  must(iso.length < 25, IS_DEVELOPMENT ? 'timestamp must be in the years 0 to 9999' : 'timestamp: year')
  must(
    metadata === undefined || (metadataJson?.[0] === '{' && utf8Bytes(metadataJson) <= MAX_METADATA_BYTES),
    IS_DEVELOPMENT ? 'metadata must be an object of at most 10 KB of JSON' : 'metadata: object, 10 KB',
  )
  const head = JSON.stringify({
    event_name,
    user_id: user_id?.toString(),
    timestamp: typeof timestamp === 'string' ? timestamp : iso,
    idempotency_key: key,
  })
  const whole = metadataJson ? `${head.slice(0, -1)},"metadata":${metadataJson}}` : head
  // JSON text bears half a surrogate pair, as of an emoji cut in two, only escaped (ECMA-262, JSON.stringify), and the
  // contract does not bear it at all: U+FFFD stands for it instead, as in any UTF-8.
  const json = whole.replace(/\\(ud[89a-f]..|.)/g, (escape, what: string) => (what[4] ? '\ufffd' : escape))
  return { key, json, bytes: utf8Bytes(json) }
}

/** In the build for visitors it is the collector that refuses what is longer. */
function checkLengths(key: string, userId: string | number | null | undefined, utf8Bytes: MeasureText): void {
  for (const [name, id] of Object.entries({ idempotencyKey: key, userId: String(userId) })) {
    must(utf8Bytes(id) <= MAX_IDENTIFIER_BYTES, `${name} must be a string of at most 1 KB`)
  }
}
