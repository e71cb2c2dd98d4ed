import { checkEvent } from '../ingest/ledger-entry.ts'
import type { LedgerEntry, StoredEvent } from '../store/ledger.ts'
import { parseTimestamp } from '@truecount/protocol'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export type ExportedEvent =
  | { readonly ok: true; readonly projectId: string; readonly entry: LedgerEntry }
  | { readonly ok: false; readonly problem: string }

/** Reads one line of an export as the ledger takes it: with the id, the key and the instants that it had. */
export function readExportedEvent(line: string): ExportedEvent {
  const value = parseObject(line)
  if (value === undefined) return wrong('is not a JSON object')
  const { project_id: projectId, event_id: eventId, received_at: receivedAt } = value
  if (projectId === undefined) return wrong('has no project_id')
  if (typeof projectId !== 'string' || !UUID.test(projectId)) return wrong('has a project_id that is no UUID')
  if (eventId === undefined) return wrong('has no event_id')
  if (typeof eventId !== 'string' || !UUID.test(eventId)) return wrong('has an event_id that is no UUID')
  if (receivedAt === undefined) return wrong('has no received_at')
  const receivedAtMs = typeof receivedAt === 'string' ? parseTimestamp(receivedAt) : undefined
  if (receivedAtMs === undefined) return wrong('has a received_at that is no time')
  // Ids are given, so nothing is left to chance.
  const arrival = { projectId, nowMs: receivedAtMs, randomBytes: (size: number) => new Uint8Array(size) }
  const entry = checkEvent(value, arrival)
  if (entry.kind !== 'event') return wrong(`is no event: ${entry.message}`)
  const event = withOriginalTime(entry.event, value['original_timestamp'])
  if (event === undefined) return wrong('has an original_timestamp that is no time')
  if (entry.key.kind === 'none') {
    return { ok: true, projectId, entry: { ...entry, eventId, event: { ...event, eventId } } }
  }
  if (entry.eventId !== eventId) return wrong('has an event_id that is not made of its project and idempotency_key')
  return { ok: true, projectId, entry: { ...entry, event } }
}

function withOriginalTime(event: StoredEvent, original: unknown): StoredEvent | undefined {
  if (original === undefined) return event
  const originalTimestampMs = typeof original === 'string' ? parseTimestamp(original) : undefined
  return originalTimestampMs === undefined ? undefined : { ...event, originalTimestampMs }
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function wrong(problem: string): ExportedEvent {
  return { ok: false, problem }
}
