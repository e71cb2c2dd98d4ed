import { createHash, randomUUID } from 'node:crypto'
import type { EventInput, Verdict } from '@truecount/protocol'
import type { ValidatedEvent } from '@truecount/protocol/schema'
import type { IngestedEvent } from './ingest-request.ts'

/** What a recording collector has in memory. Keys are idempotency keys; an event without one is stored under its id. */
export interface RecordedStore {
  /** Stored events by key. */
  readonly stored: ReadonlyMap<string, EventInput>
  /** How often each key arrived, whatever became of it. */
  readonly received: ReadonlyMap<string, number>
  /** Counts the keys of events that arrived. */
  arrive(events: readonly IngestedEvent[]): void
  /** Stores an event once and says what became of it. `rejects` turns a valid event away all the same. */
  ingest(checked: ValidatedEvent, rejects: (event: EventInput) => boolean): Verdict
}

export function createRecordedStore(): RecordedStore {
  const stored = new Map<string, EventInput>()
  const received = new Map<string, number>()
  return {
    stored,
    received,
    arrive(events) {
      for (const { value } of events) {
        const key = (value as Partial<EventInput> | null)?.idempotency_key
        if (typeof key === 'string') received.set(key, (received.get(key) ?? 0) + 1)
      }
    },
    ingest(checked, rejects) {
      if (!checked.ok) return { status: 'rejected', error: 'invalid_request', message: checked.message }
      const { event } = checked
      if (rejects(event)) {
        return { status: 'rejected', error: 'invalid_request', message: `${event.event_name} is rejected by the test` }
      }
      const eventId = event.idempotency_key === undefined ? randomUUID() : eventIdOf(event.idempotency_key)
      const key = event.idempotency_key ?? eventId
      if (stored.has(key)) return { status: 'accepted', event_id: eventId, duplicate: true }
      stored.set(key, event)
      return { status: 'accepted', event_id: eventId }
    },
  }
}

/** A UUIDv8 (RFC 9562) that is the same for the same key: a repeat gets the id of the first. */
function eventIdOf(key: string): string {
  const bytes = createHash('sha256').update(key).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
