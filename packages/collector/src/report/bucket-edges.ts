const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** Bucket widths in milliseconds. */
export const INTERVAL_MS = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '1d': DAY_MS,
  '1w': WEEK_MS,
} as const

export type Interval = keyof typeof INTERVAL_MS

/** Most buckets in one answer. */
export const MAX_BUCKETS = 1_500

/** The first of these that spans the window is its interval; a longer window is cut into weeks. */
const CHOICE: readonly (readonly [longestMs: number, Interval])[] = [
  [30 * MINUTE_MS, '1m'],
  [3 * HOUR_MS, '5m'],
  [12 * HOUR_MS, '15m'],
  [2 * DAY_MS, '1h'],
  [14 * DAY_MS, '6h'],
  [366 * DAY_MS, '1d'],
]

/** Weeks begin on Monday (ISO 8601); 1970 began on a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS

export function chooseInterval(windowMs: number): Interval {
  return CHOICE.find(([longestMs]) => windowMs <= longestMs)?.[1] ?? '1w'
}

/** The last bucket start at or before an instant, in UTC. */
function bucketStart(ms: number, interval: Interval): number {
  const originMs = interval === '1w' ? FIRST_MONDAY_MS : 0
  const widthMs = INTERVAL_MS[interval]
  return originMs + Math.floor((ms - originMs) / widthMs) * widthMs
}

/**
 * Starts of the buckets that a half-open window touches: aligned, ascending, without gaps.
 * `undefined` when they are more than {@link MAX_BUCKETS}.
 */
export function bucketStarts(fromMs: number, toMs: number, interval: Interval): number[] | undefined {
  const first = bucketStart(fromMs, interval)
  const buckets = Math.ceil((toMs - first) / INTERVAL_MS[interval])
  if (buckets > MAX_BUCKETS) return undefined
  return Array.from({ length: buckets }, (_, i) => first + i * INTERVAL_MS[interval])
}
