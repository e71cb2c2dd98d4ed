import {
  DROP_REASONS,
  DROPPED_EVENT_NAME,
  type EventInput,
  type JsonObject,
  type LanePosition,
  parseLaneKey,
  parseTimestamp,
} from '@truecount/protocol'
import { validateEvent } from '@truecount/protocol/schema'
import { nameUuid, type RandomBytes, timeUuid } from '../id/uuid.ts'
import type { EventKey, LedgerEntry, StoredEvent } from '../store/ledger.ts'

/** An event of a request as the ledger takes it; `message` says what is wrong with one that is rejected. */
export interface CheckedEvent {
  readonly entry: LedgerEntry
  readonly message?: string
}

export interface Arrival {
  readonly projectId: string
  readonly nowMs: number
  readonly randomBytes: RandomBytes
}

/** Decides everything about one event of a parsed body: valid or not, its key, its id, its instant. */
export function checkEvent(value: unknown, arrival: Arrival): CheckedEvent {
  const validated = validateEvent(value)
  const idempotencyKey = validated.ok ? validated.event.idempotency_key : keyOfInvalid(value)
  const key = eventKey(idempotencyKey)
  const eventId =
    idempotencyKey === undefined
      ? timeUuid(arrival.nowMs, arrival.randomBytes)
      : nameUuid(arrival.projectId, idempotencyKey)
  if (!validated.ok) {
    const rejected = { kind: 'rejection', error: 'invalid_request', receivedAtMs: arrival.nowMs } as const
    return { entry: { ...rejected, eventId, key }, message: validated.message }
  }
  return { entry: { kind: 'event', eventId, key, event: storedEvent(eventId, key, validated.event, arrival.nowMs) } }
}

function eventKey(idempotencyKey: string | undefined): EventKey {
  if (idempotencyKey === undefined) return { kind: 'none' }
  const position: LanePosition | undefined = parseLaneKey(idempotencyKey)
  return position === undefined ? { kind: 'foreign', text: idempotencyKey } : { kind: 'lane', ...position }
}

/** An invalid event may still bear a good key, and its lane must be told what became of that number. */
function keyOfInvalid(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'idempotency_key')) return undefined
  const { idempotency_key: key } = value as { idempotency_key: unknown }
  return typeof key === 'string' && key !== '' && !/\p{Surrogate}/u.test(key) ? key : undefined
}

function storedEvent(eventId: string, key: EventKey, event: EventInput, nowMs: number): StoredEvent {
  const metadata = event.metadata ?? {}
  return {
    eventId,
    eventName: event.event_name,
    userId: event.user_id ?? null,
    timestampMs: event.timestamp === undefined ? nowMs : (parseTimestamp(event.timestamp) as number),
    receivedAtMs: nowMs,
    metadata,
    drops: event.event_name === DROPPED_EVENT_NAME && key.kind === 'lane' ? dropsTold(metadata) : {},
  }
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
