import type { TimeZone } from './time-zone.ts'

export const DAY_MS = 86_400_000

/** The number, counted from 1970-01-01, of the last day that has begun in a zone at an instant. */
export function localDayAt(instantMs: number, zone: TimeZone): number {
  const shown = Math.floor((instantMs + zone.offsetMs(instantMs)) / DAY_MS)
  // Where clocks go back over midnight the day before is shown again, though the next one has begun.
  return startOfLocalDay(shown + 1, zone) <= instantMs ? shown + 1 : shown
}

/**
 * The first instant at which a zone's clocks show a day, or a later one where they skip it. Not always midnight: a day
 * may begin at 01:00, have midnight twice, last 23, 24.5 or 25 hours, or (Samoa, 2011-12-30) not be at all.
 */
export function startOfLocalDay(day: number, zone: TimeZone): number {
  const midnightMs = day * DAY_MS
  const beforeMs = zone.offsetMs(midnightMs - DAY_MS)
  const afterMs = zone.offsetMs(midnightMs + DAY_MS)
  const early = midnightMs - beforeMs
  if (beforeMs === afterMs || zone.offsetMs(early) === beforeMs) return early
  const late = midnightMs - afterMs
  if (zone.offsetMs(late) === afterMs) return late
  return firstWithOffset(late, early, afterMs, zone)
}

/** Bisects for the change of clocks that skipped midnight. */
function firstWithOffset(lowMs: number, highMs: number, offsetMs: number, zone: TimeZone): number {
  let [before, from] = [lowMs, highMs]
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2)
    if (zone.offsetMs(middle) === offsetMs) from = middle
    else before = middle
  }
  return from
}
