import type { Database } from 'better-sqlite3'
import type { EventKey, StoredEvent } from '../ledger.ts'
import { type BlockEvent, createBlockEncoder } from './encode-block.ts'

/** Writes events as one block; returns its bytes. To be called inside a transaction, and never without events. */
export function createBlockWriter(db: Database): (events: readonly BlockEvent[]) => number {
  const insert = db.prepare<[number, number, number, Buffer]>('INSERT INTO block VALUES (?, ?, ?, ?)')
  const encode = createBlockEncoder()
  return (events) => {
    const body = encode(events)
    insert.run((events[0] as BlockEvent).number, (events.at(-1) as BlockEvent).number, events.length, body)
    return body.length
  }
}

/** A fresh event as a block takes it. `lane`: row of its lane, or 0. */
export function blockEventOf(
  event: StoredEvent,
  key: EventKey,
  place: { readonly number: number; readonly project: number; readonly lane: number },
): BlockEvent {
  const {
    eventId,
    eventName,
    userId,
    timestampMs,
    originalTimestampMs = null,
    receivedAtMs,
    metadata,
    metadataText,
  } = event
  const { page } = metadata
  return {
    number: place.number,
    project: place.project,
    eventName,
    userId,
    timestampMs,
    originalTimestampMs,
    receivedAtMs,
    page: typeof page === 'string' ? JSON.stringify(page) : '',
    lane: place.lane,
    seq: key.kind === 'lane' ? key.seq : 0,
    eventId,
    key: key.kind === 'foreign' ? key.text : '',
    metadata: metadataText,
  }
}
