/** One event of a log. */
export interface LogEvent {
  readonly eventName: string
  readonly userId: string | undefined
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number
  readonly metadata: Readonly<Record<string, unknown>>
}

export type LogLine =
  | { readonly kind: 'event'; readonly event: LogEvent }
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly reason: string }

const INSTANT = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
const MAX_METADATA_BYTES = 10 * 1024

/**
 * Reads one line of an event log: `{event_name, user_id?, timestamp, metadata?}`.
 * `beforeMs`: a log tells what has happened, so an event at or after this instant is bad. It also keeps the log's
 * events apart, in time, from those that the demo itself makes.
 */
export function parseLogLine(text: string, beforeMs: number): LogLine {
  if (text.trim() === '') return { kind: 'blank' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return bad(`not JSON: ${(error as Error).message}`)
  }
  if (!isObject(value)) return bad('not a JSON object')
  const { event_name: eventName, user_id: userId, timestamp, metadata = {} } = value
  if (typeof eventName !== 'string' || eventName === '') return bad('event_name must be a string that is not empty')
  if (Array.from(eventName).length > 100) return bad('event_name is longer than 100 characters')
  if (eventName.startsWith('$')) return bad("event_name begins with $: such names are Truecount's own")
  if (userId !== undefined && userId !== null && typeof userId !== 'string') return bad('user_id must be a string')
  const atMs = readInstant(timestamp)
  if (atMs === undefined) return bad('timestamp must be an ISO 8601 time that exists, such as 2024-01-30T10:00:00Z')
  if (atMs >= beforeMs) return bad(`timestamp ${String(timestamp)} is in the future`)
  if (!isObject(metadata)) return bad('metadata must be an object')
  if (Buffer.byteLength(JSON.stringify(metadata)) > MAX_METADATA_BYTES) return bad('metadata is larger than 10 KB')
  return { kind: 'event', event: { eventName, userId: userId ?? undefined, atMs, metadata } }
}

function readInstant(value: unknown): number | undefined {
  const day = typeof value === 'string' ? INSTANT.exec(value)?.[1] : undefined
  if (day === undefined) return undefined
  const atMs = Date.parse(value as string)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const dayExists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)
  return dayExists && !Number.isNaN(atMs) ? atMs : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(reason: string): LogLine {
  return { kind: 'bad', reason }
}
