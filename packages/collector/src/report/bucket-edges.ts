import { DAY_MS, localDayAt, startOfLocalDay } from './local-day.ts'
import type { TimeZone } from './time-zone.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const WEEK_MS = 7 * DAY_MS

/** Bucket widths in milliseconds; a day or week where the clocks change is shorter or longer. */
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
const FIRST_MONDAY = 4

export function chooseInterval(windowMs: number): Interval {
  return CHOICE.find(([longestMs]) => windowMs <= longestMs)?.[1] ?? '1w'
}

/**
 * Starts of the buckets that a half-open window touches: aligned, ascending, without gaps.
 * Days and weeks begin when the zone's do; shorter buckets are aligned in UTC.
 * `undefined` when they are more than {@link MAX_BUCKETS}.
 */
export function bucketStarts(
  fromMs: number,
  toMs: number,
  interval: Interval,
  zone: TimeZone,
): readonly number[] | undefined {
  if ((toMs - fromMs) / INTERVAL_MS[interval] > MAX_BUCKETS + 1) return undefined
  const starts =
    interval === '1d' || interval === '1w'
      ? localStarts(fromMs, toMs, interval === '1d' ? 1 : 7, zone)
      : evenStarts(fromMs, toMs, INTERVAL_MS[interval])
  return starts.length > MAX_BUCKETS ? undefined : starts
}

function evenStarts(fromMs: number, toMs: number, widthMs: number): number[] {
  const first = Math.floor(fromMs / widthMs) * widthMs
  return Array.from({ length: Math.ceil((toMs - first) / widthMs) }, (_, i) => first + i * widthMs)
}

function localStarts(fromMs: number, toMs: number, days: number, zone: TimeZone): number[] {
  const today = localDayAt(fromMs, zone)
  const firstDay = days === 7 ? FIRST_MONDAY + Math.floor((today - FIRST_MONDAY) / 7) * 7 : today
  const starts: number[] = []
  for (let day = firstDay; ; day += days) {
    const start = startOfLocalDay(day, zone)
    if (start >= toMs) return starts
    // A day that the zone skipped begins together with the next one: it is no bucket.
    if (start !== starts.at(-1)) starts.push(start)
  }
}
