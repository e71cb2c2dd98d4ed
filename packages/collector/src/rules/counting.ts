import type { WindowState } from '../store/rule-windows.ts'

/** What a rule counts: `count` of its events with the same key within a time. */
export interface Counting {
  readonly count: number
  readonly withinMs: number
  /** Where the key stands in an event; one key for all if left out. */
  readonly by?: readonly string[]
}

const MINUTE_MS = 60_000
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE_MS, h: 60 * MINUTE_MS, d: 1_440 * MINUTE_MS }

export const MAX_COUNT = 1_000
const MAX_WITHIN_MS = 31 * 1_440 * MINUTE_MS

/** Milliseconds of `<n>s|m|h|d`; `undefined` for anything else, nothing and more than 31 days. */
export function parseWithin(text: unknown): number | undefined {
  const [, number, unit] = (typeof text === 'string' ? /^(\d{1,7})([smhd])$/.exec(text) : null) ?? []
  const withinMs = Number(number) * (UNITS[unit ?? ''] ?? Number.NaN)
  return withinMs > 0 && withinMs <= MAX_WITHIN_MS ? withinMs : undefined
}

/**
 * How far an event may be behind the newest that was counted with it, or ahead of its own arrival, and still count:
 * an hour, but at least `within` and at most sixty times that.
 */
export function graceMs({ withinMs }: Counting): number {
  return Math.max(withinMs, Math.min(60 * MINUTE_MS, 60 * withinMs))
}

/** Newest matching events that are remembered of a key: enough for any event in time, and for most that are late. */
function maxHits({ count }: Counting): number {
  return Math.max(64, 2 * count)
}

export interface Counted {
  /** What to remember; `undefined` where the event does not count, being too late or too early. */
  readonly state: WindowState | undefined
  readonly fires: boolean
  /** How many matching events its own window holds, this one included. */
  readonly held: number
}

const NOTHING: WindowState = { hits: [], firings: [] }

/**
 * Counts one matching event. The window of an instant is the `within` that ends at it, its beginning left out.
 * The rule fires when a window that holds the event holds `count`, unless it has fired less than `within` from the end
 * of that window. Times are those of the events, so the arrival changes nothing for events that come in order.
 */
export function countEvent(
  counting: Counting,
  before: WindowState = NOTHING,
  atMs: number,
  receivedAtMs: number,
): Counted {
  const { count, withinMs } = counting
  const newest = before.hits.at(-1) ?? Number.NEGATIVE_INFINITY
  const grace = graceMs(counting)
  if (atMs > receivedAtMs + grace || atMs < newest - grace) return { state: undefined, fires: false, held: 0 }
  const place = before.hits.findLastIndex((hit) => hit <= atMs) + 1
  const hits = before.hits.toSpliced(place, 0, atMs)
  const isFull = (end: number, i: number) => (hits[i + 1 - count] ?? Number.NEGATIVE_INFINITY) > end - withinMs
  const isFree = (end: number) => before.firings.every((firing) => Math.abs(firing - end) >= withinMs)
  const firing = hits.find((end, i) => i >= place && end < atMs + withinMs && isFull(end, i) && isFree(end))
  const firings = firing === undefined ? before.firings : [...before.firings, firing].toSorted((a, b) => a - b)
  const from = Math.max(newest, atMs) - grace - withinMs
  return {
    state: {
      hits: hits.filter((hit) => hit > from).slice(-maxHits(counting)),
      firings: firings.filter((instant) => instant > from),
    },
    fires: firing !== undefined,
    held: hits.filter((hit) => hit > atMs - withinMs && hit <= atMs).length,
  }
}

/** What an event is counted with, as a text; `undefined` when there is no text, number, true or false at the path. */
export function countingKey({ by }: Counting, document: object): string | undefined {
  if (by === undefined) return ''
  let value: unknown = document
  for (const name of by) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return undefined
    }
    value = (value as Record<string, unknown>)[name]
  }
  return typeof value === 'object' || value === undefined ? undefined : JSON.stringify(value)
}
