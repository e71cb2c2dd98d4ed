import { crc32 } from 'node:zlib'
import type { QueuedEvent } from '../capture/event-queue.ts'

/**
 * One line of a journal: CRC-32 of the payload in 8 hex digits, a space, the payload, a line feed. The payload is an
 * event's JSON, or `-` and a JSON array of keys that were confirmed. JSON text holds no raw line feed (RFC 8259 §7),
 * so a line that a crash cut short is known by its missing end or its checksum.
 */
export function encodeRecord(payload: string): string {
  return `${crc32(payload).toString(16).padStart(8, '0')} ${payload}\n`
}

export function encodeRemoval(keys: readonly string[]): string {
  return encodeRecord(`-${JSON.stringify(keys)}`)
}

/** What a journal holds: events that were not confirmed, in order, and how many lines could not be read. */
export interface JournalContent {
  readonly events: readonly QueuedEvent[]
  readonly unreadable: number
}

export function decodeJournal(text: string): JournalContent {
  const events = new Map<string, QueuedEvent>()
  let unreadable = 0
  for (const line of text.split('\n')) {
    if (line === '') continue
    const payload = line.slice(9)
    if (encodeRecord(payload) !== `${line}\n`) unreadable++
    else if (payload.startsWith('-')) for (const key of JSON.parse(payload.slice(1)) as string[]) events.delete(key)
    else {
      const key = (JSON.parse(payload) as { idempotency_key: string }).idempotency_key
      events.set(key, { key, json: payload, bytes: Buffer.byteLength(payload) })
    }
  }
  return { events: [...events.values()], unreadable }
}
