import {
  MAX_BATCH_EVENTS,
  MAX_EVENT_NAME_CHARACTERS,
  MAX_IDENTIFIER_BYTES,
  SENT_AT_PARAMETER,
  WAITING_PARAMETER,
} from '@truecount/protocol'
import { EventSchema } from '@truecount/protocol/schema'
import { array, boolean, integer, literal, string, type } from 'superstruct'
import type { RouteDoc } from '../http/route-doc.ts'
import { described, list, maybe } from '../http/schema.ts'

const { event_name, user_id, timestamp, metadata, idempotency_key } = EventSchema.schema
described(event_name, { type: 'string', minLength: 1, maxLength: MAX_EVENT_NAME_CHARACTERS })
described(user_id, { type: 'string', description: `At most ${MAX_IDENTIFIER_BYTES} bytes of UTF-8` })
described(timestamp, { type: 'string', description: 'ISO 8601; the arrival if left out. Without an offset it is UTC' })
described(metadata, { type: 'object', description: 'At most 10,240 bytes of JSON' })
described(idempotency_key, {
  type: 'string',
  minLength: 1,
  description: `At most ${MAX_IDENTIFIER_BYTES} bytes of UTF-8. The same key twice in one project is one event`,
})

const WORD = {
  [SENT_AT_PARAMETER]:
    "When the sender made this attempt, by its clock: milliseconds since 1970. Corrects its events' times",
  [WAITING_PARAMETER]: 'Events that the sender still holds, those on their way left out. For the books',
}

export const EVENT_DOC: RouteDoc = {
  summary: 'Take one event',
  query: WORD,
  body: EventSchema,
  answer: {
    status: 202,
    description: 'The event is stored; `Idempotency-Replayed: true` says that it was already',
    body: type({ event_id: string(), status: literal('accepted') }),
  },
}

const Verdict = type({
  event_id: maybe(string()),
  status: string(),
  duplicate: maybe(boolean()),
  error: maybe(string()),
  message: maybe(string()),
})

export const BATCH_DOC: RouteDoc = {
  summary: `Take a batch of 1 to ${MAX_BATCH_EVENTS} events`,
  query: WORD,
  body: list(EventSchema, 1, MAX_BATCH_EVENTS),
  answer: {
    status: 202,
    description: 'At least one event was accepted; one verdict an event, in order',
    body: type({ accepted: integer(), rejected: integer(), results: array(Verdict) }),
  },
}
