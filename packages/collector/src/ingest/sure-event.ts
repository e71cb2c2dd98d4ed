import {
  type JsonObject,
  MAX_EVENT_NAME_CHARACTERS,
  MAX_IDENTIFIER_BYTES,
  MAX_METADATA_BYTES,
  MAX_METADATA_DEPTH,
  parseTimestamp,
} from '@truecount/protocol'

/** A valid event, with what the check had to work out anyway. */
export interface ReadEvent {
  readonly eventName: string
  readonly userId: string | null
  /** `undefined` where the event names no instant. */
  readonly timestampMs: number | undefined
  readonly metadata: JsonObject
  /** JSON of `metadata`. */
  readonly metadataText: string
  readonly idempotencyKey: string | undefined
}

/** Texts so short have no room for a byte too many in UTF-8. */
const SURE_IDENTIFIER_CHARACTERS = Math.floor(MAX_IDENTIFIER_BYTES / 3)

/** Text so short has no room for a byte too many in UTF-8, nor for brackets that are nested too deeply. */
const SURE_METADATA_CHARACTERS = Math.min(Math.floor(MAX_METADATA_BYTES / 3), 2 * MAX_METADATA_DEPTH - 1)

/**
 * Reads an event that is surely valid: at a small part of the schema's cost, which is what nearly every event costs.
 * Returns `undefined` for an event that is invalid or too near a limit to tell. The schema of record judges that one, so
 * that nothing is refused here and no refusal has words but the schema's.
 */
export function readSureEvent(value: unknown): ReadEvent | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { event_name, user_id, timestamp, metadata, idempotency_key } = value as Readonly<Record<string, unknown>>
  if (!isText(event_name) || event_name.length > MAX_EVENT_NAME_CHARACTERS) return undefined
  if (user_id !== undefined && user_id !== '' && !isSureIdentifier(user_id)) return undefined
  if (idempotency_key !== undefined && !isSureIdentifier(idempotency_key)) return undefined
  const timestampMs = typeof timestamp === 'string' ? parseTimestamp(timestamp) : undefined
  if (timestampMs === undefined && timestamp !== undefined) return undefined
  const metadataText = metadata === undefined ? '{}' : sureJson(metadata)
  if (metadataText === undefined) return undefined
  return {
    eventName: event_name,
    userId: user_id ?? null,
    timestampMs,
    metadata: (metadata ?? {}) as JsonObject,
    metadataText,
    idempotencyKey: idempotency_key,
  }
}

/** Whether it is a text that is not empty and stays what it is as UTF-8. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed()
}

function isSureIdentifier(value: unknown): value is string {
  return isText(value) && value.length <= SURE_IDENTIFIER_CHARACTERS
}

function sureJson(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  try {
    const text = JSON.stringify(value)
    return text.length <= SURE_METADATA_CHARACTERS ? text : undefined
  } catch {
    return undefined
  }
}
