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

const OptionalString = (field: string) =>
  define<string | undefined>(field, (value) => {
    return value === undefined || typeof value === 'string' || `${field} must be a string, got ${kindOf(value)}`
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
  const bytes = utf8Bytes(JSON.stringify(value))
  return bytes <= MAX_METADATA_BYTES || `metadata must be at most ${MAX_METADATA_BYTES} bytes of JSON, got ${bytes}`
})

/** The schema of record for one event. Members it does not name are ignored. */
export const EventSchema = type({
  event_name: EventName,
  user_id: OptionalString('user_id'),
  timestamp: Timestamp,
  metadata: Metadata,
  idempotency_key: OptionalString('idempotency_key'),
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

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function quote(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value)
}
