import type { NumberedEvent } from '../store/event-pages.ts'

/** An event of a flat body as the v1 API takes it, or what is wrong with it. */
export type ReadFlatEvent =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string }

/** Beyond it two ids would become one number, and two users one. */
const MAX_WHOLE = Number.MAX_SAFE_INTEGER

/** Reads the members that the flat API names; the rest is ignored. What they hold is for ingest to check, the user's id aside. */
export function readFlatEvent(value: unknown): ReadFlatEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, message: 'An event must be a JSON object' }
  }
  const { user_id, event_type, timestamp, metadata } = value as Readonly<Record<string, unknown>>
  const isNumber = typeof user_id === 'number' && Number.isSafeInteger(user_id)
  if (!isNumber && (typeof user_id !== 'string' || user_id === '')) {
    const rule = `a whole number from ${-MAX_WHOLE} to ${MAX_WHOLE}, or a text that is not empty`
    return { ok: false, message: `user_id ${user_id === undefined ? 'is required:' : 'must be'} ${rule}` }
  }
  return { ok: true, value: { event_name: event_type, user_id: String(user_id), timestamp, metadata } }
}

/** What ingest says of an event, with the names that the flat API has. */
export function flatMessage(message: string): string {
  return message.replace(/^Event name/, 'event_type')
}

/** JSON text of an event as the flat API prints it: metadata as it is kept, times to the second. */
export function printFlatEvent(event: NumberedEvent): string {
  const { id, userId } = event
  return `{"id":${id},"user_id":${JSON.stringify(userId)},${printFacts(event)}}`
}

/** The same of an event whose user is known. */
export function printEventOfUser(event: NumberedEvent): string {
  return `{"id":${event.id},${printFacts(event)}}`
}

function printFacts({ eventName, timestampMs, metadata }: NumberedEvent): string {
  return `"type":${JSON.stringify(eventName)},"timestamp":"${formatFlatTimestamp(timestampMs)}","metadata":${metadata}`
}

function formatFlatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`
}
