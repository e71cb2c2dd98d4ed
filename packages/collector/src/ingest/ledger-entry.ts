import {
  DROP_REASONS,
  DROPPED_EVENT_NAME,
  type EventInput,
  holdsInfinity,
  type JsonObject,
  type LanePosition,
  parseLaneKey,
  parseTimestamp,
} from '@truecount/protocol'
import { validateEvent } from '@truecount/protocol/schema'
import { nameUuid, type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { EventKey, LedgerEntry, StoredEvent } from '../store/ledger.ts'
import { isText, type ReadEvent, readSureEvent } from './sure-event.ts'

/** An event of a request as the ledger takes it; `message` says what is wrong with one that is rejected. */
export type CheckedEvent =
  | Extract<LedgerEntry, { kind: 'event' }>
  | (Extract<LedgerEntry, { kind: 'rejection' }> & { readonly message: string })

export interface Arrival {
  readonly projectId: string
  readonly nowMs: number
  readonly randomBytes: RandomBytes
}

/** Decides everything about one event of a parsed body: valid or not, its key, its id, its instant. */
export function checkEvent(value: unknown, arrival: Arrival): CheckedEvent {
  const sure = readSureEvent(value)
  if (sure !== undefined) return acceptedEntry(sure, arrival)
  const validated = validateEvent(value)
  if (validated.ok) return acceptedEntry(readValid(validated.event), arrival)
  const { eventId, key } = keyed(keyOfInvalid(value), arrival)
  const { message } = validated
  return { kind: 'rejection', eventId, key, error: 'invalid_request', receivedAtMs: arrival.nowMs, message }
}

function acceptedEntry(event: ReadEvent, arrival: Arrival): CheckedEvent {
  const { eventId, key } = keyed(event.idempotencyKey, arrival)
  return { kind: 'event', eventId, key, event: storedEvent(eventId, key, event, arrival.nowMs) }
}

function keyed(idempotencyKey: string | undefined, arrival: Arrival): { eventId: string; key: EventKey } {
  if (idempotencyKey === undefined) {
    return { eventId: timeUuid(arrival.nowMs, arrival.randomBytes), key: { kind: 'none' } }
  }
  const position: LanePosition | undefined = parseLaneKey(idempotencyKey)
  return {
    eventId: nameUuid(arrival.projectId, idempotencyKey),
    key:
      position === undefined
        ? { kind: 'foreign', text: idempotencyKey }
        : { kind: 'lane', lane: position.lane, seq: position.seq },
  }
}

/** An invalid event may still bear a good key, and its lane must be told what became of that number. */
function keyOfInvalid(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'idempotency_key')) return undefined
  const { idempotency_key: key } = value as { idempotency_key: unknown }
  return isText(key) ? key : undefined
}

function readValid({ event_name, user_id, timestamp, metadata = {}, idempotency_key }: EventInput): ReadEvent {
  return {
    eventName: event_name,
    userId: user_id ?? null,
    timestampMs: timestamp === undefined ? undefined : parseTimestamp(timestamp),
    metadata,
    metadataText: JSON.stringify(metadata),
    idempotencyKey: idempotency_key,
  }
}

const NO_DROPS: Readonly<Record<string, number>> = {}

function storedEvent(eventId: string, key: EventKey, event: ReadEvent, nowMs: number): StoredEvent {
  const { eventName, userId, timestampMs, metadataText } = event
  const metadata = metadataOf(event)
  const stored = {
    eventId,
    eventName,
    userId,
    timestampMs: timestampMs ?? nowMs,
    receivedAtMs: nowMs,
    metadata,
    metadataText,
    drops: NO_DROPS,
  }
  const isReport = eventName === DROPPED_EVENT_NAME && key.kind === 'lane'
  return isReport ? { ...stored, ...reportOf(metadata) } : stored
}

/** As it is kept, so that rules judge nothing else: infinite numbers are null there. */
function metadataOf({ metadata, metadataText }: ReadEvent): JsonObject {
  // Only text that has a null can have one for such a number: the search costs the least.
  const differs = metadataText.includes('null') && holdsInfinity(metadata)
  return differs ? (JSON.parse(metadataText) as JsonObject) : metadata
}

function reportOf(metadata: JsonObject): Pick<StoredEvent, 'drops' | 'lastNumber'> {
  const drops = dropsTold(metadata)
  const { last } = metadata
  return Number.isSafeInteger(last) && (last as number) > 0 ? { drops, lastNumber: last as number } : { drops }
}

/** A reason that this collector does not know is booked as `other`, so that a newer sender's sum still closes. */
function dropsTold({ reasons }: JsonObject): Record<string, number> {
  const drops: Record<string, number> = {}
  if (typeof reasons !== 'object' || reasons === null) return drops
  for (const [reason, count] of Object.entries(reasons)) {
    if (!Number.isSafeInteger(count) || (count as number) < 1) continue
    const known = (DROP_REASONS as readonly string[]).includes(reason) ? reason : 'other'
    drops[known] = (drops[known] ?? 0) + (count as number)
  }
  return drops
}
