import { define, type, validate } from 'superstruct'
import type { EventInput } from '../event.ts'
import type { JsonObject } from '../json.ts'
import { MAX_EVENT_NAME_CHARACTERS, MAX_METADATA_BYTES } from '../limits.ts'
import { countCharacters, utf8Bytes } from '../text-size.ts'
import { parseTimestamp } from '../timestamp.ts'

const EventName = define<string>('event_name', (value) => {
  if (value === undefined || value === '') return 'Event name is required'
  if (typeof value !== 'string') return `Event name must be a string, got ${kindOf(value)}`
  const characters = countCharacters(value)
  return (
    characters <= MAX_EVENT_NAME_CHARACTERS ||
    `Event name must be at most ${MAX_EVENT_NAME_CHARACTERS} characters, got ${characters}`
  )
})

const UserId = define<string | undefined>('user_id', (value) => {
  return value === undefined || typeof value === 'string' || `user_id must be a string, got ${kindOf(value)}`
})

const IdempotencyKey = define<string | undefined>('idempotency_key', (value) => {
  if (value === '') return 'idempotency_key must not be empty: leave it out for an event without a key'
  return value === undefined || typeof value === 'string' || `idempotency_key must be a string, got ${kindOf(value)}`
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
  if (text === undefined) return 'metadata is nested too deeply'
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
  const [failure, event] = validate(value, EventSchema)
  if (failure === undefined) return { ok: true, event: event as EventInput }
  if (failure.path.length === 0) return { ok: false, message: `An event must be a JSON object, got ${kindOf(value)}` }
  return { ok: false, message: failure.failures()[0]?.message ?? failure.message }
}

/** `undefined` for a value nested deeper than the engine's stack, which parsing survives and writing does not. */
function jsonText(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value)
}
