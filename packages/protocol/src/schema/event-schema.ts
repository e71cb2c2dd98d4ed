import { define, type, validate } from 'superstruct'
import type { EventInput } from '../event.ts'
import type { JsonObject } from '../json.ts'
import { MAX_EVENT_NAME_CHARACTERS, MAX_IDENTIFIER_BYTES, MAX_METADATA_BYTES, MAX_METADATA_DEPTH } from '../limits.ts'
import { countCharacters, utf8Bytes } from '../text-size.ts'
import { parseTimestamp } from '../timestamp.ts'

const TORN = 'must be well-formed Unicode, and holds half of a surrogate pair'

const EventName = define<string>('event_name', (value) => {
  if (value === undefined || value === '') return 'Event name is required'
  if (typeof value !== 'string') return `Event name must be a string, got ${kindOf(value)}`
  if (isTorn(value)) return `Event name ${TORN}`
  const characters = countCharacters(value)
  return (
    characters <= MAX_EVENT_NAME_CHARACTERS ||
    `Event name must be at most ${MAX_EVENT_NAME_CHARACTERS} characters, got ${characters}`
  )
})

const UserId = define<string | undefined>('user_id', (value) => {
  if (value === undefined) return true
  return identifierProblem('user_id', value) ?? true
})

const IdempotencyKey = define<string | undefined>('idempotency_key', (value) => {
  if (value === '') return 'idempotency_key must not be empty: leave it out for an event without a key'
  if (value === undefined) return true
  return identifierProblem('idempotency_key', value) ?? true
})

const Timestamp = define<string | undefined>('timestamp', (value) => {
  if (value === undefined) return true
  return (
    (typeof value === 'string' && parseTimestamp(value) !== undefined) ||
    `timestamp must be an ISO 8601 date-time that exists, such as 2024-01-30T10:00:00Z, got ${quote(value)}`
  )
})

const Metadata = define<JsonObject | undefined>('metadata', (value) => {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `metadata must be an object, got ${kindOf(value)}`
  }
  const text = jsonText(value)
  if (text === undefined || isTooDeep(value, text)) {
    return `metadata must be nested at most ${MAX_METADATA_DEPTH} deep`
  }
  const bytes = utf8Bytes(text)
  return bytes <= MAX_METADATA_BYTES || `metadata must be at most ${MAX_METADATA_BYTES} bytes of JSON, got ${bytes}`
})

/** The schema of record for one event. Members it does not name are ignored. */
export const EventSchema = type({
  event_name: EventName,
  user_id: UserId,
  timestamp: Timestamp,
  metadata: Metadata,
  idempotency_key: IdempotencyKey,
})

/** An event that keeps the contract, or the first thing that is wrong with it, in words for its sender. */
export type ValidatedEvent =
  | { readonly ok: true; readonly event: EventInput }
  | { readonly ok: false; readonly message: string }

/** Checks one event of a parsed body against {@link EventSchema}. */
export function validateEvent(value: unknown): ValidatedEvent {
  // The schema would quote what is no object, which fails for arrays nested deeply or with a `toString` of their own.
  if (kindOf(value) !== 'object') return { ok: false, message: `An event must be a JSON object, got ${kindOf(value)}` }
  const [failure, event] = validate(value, EventSchema)
  if (failure === undefined) return { ok: true, event: event as EventInput }
  return { ok: false, message: failure.failures()[0]?.message ?? failure.message }
}

function identifierProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return `${name} must be a string, got ${kindOf(value)}`
  if (isTorn(value)) return `${name} ${TORN}`
  const bytes = utf8Bytes(value)
  return bytes > MAX_IDENTIFIER_BYTES
    ? `${name} must be at most ${MAX_IDENTIFIER_BYTES} bytes of UTF-8, got ${bytes}`
    : undefined
}

/** As UTF-8 all lone surrogates are the same replacement character: two keys, names or users would become one. */
function isTorn(text: string): boolean {
  return /\p{Surrogate}/u.test(text)
}

/** `undefined` for a value nested deeper than the engine's stack, which parsing survives and writing does not. */
function jsonText(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** Level by level, so that its own depth is 1; and only where there is text enough for so many brackets. */
function isTooDeep(value: object, text: string): boolean {
  if (text.length < 2 * MAX_METADATA_DEPTH) return false
  let level: object[] = [value]
  for (let depth = 1; depth <= MAX_METADATA_DEPTH; depth++) {
    level = level.flatMap((container) => Object.values(container).filter(isContainer))
    if (level.length === 0) return false
  }
  return true
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value)
}
