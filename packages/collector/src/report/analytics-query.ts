import { type Outcome, refuse } from '../http/outcome.ts'
import { bucketStarts, chooseInterval, type Interval, INTERVAL_MS, MAX_BUCKETS } from './bucket-edges.ts'
import { findTimeZone, UTC } from './time-zone.ts'
import { readWindow } from './window.ts'

/** The parameters of `GET /api/v1/analytics/events`, as they stand in the URL. */
export const ANALYTICS_PARAMETERS = ['event_name', 'period', 'from', 'to', 'interval', 'tz'] as const

type Parameters = Readonly<Partial<Record<(typeof ANALYTICS_PARAMETERS)[number], string>>>

/** What to count: a half-open window in milliseconds, and where its buckets start. */
export interface AnalyticsQuery {
  readonly eventName?: string
  readonly fromMs: number
  readonly toMs: number
  readonly startsMs: readonly number[]
}

export function readAnalyticsQuery(parameters: Parameters, nowMs: number): Outcome<AnalyticsQuery> {
  const zone = parameters.tz === undefined ? UTC : findTimeZone(parameters.tz)
  if (zone === undefined) {
    return refuse('invalid_request', `tz must be an IANA time zone such as Europe/Zurich, got ${parameters.tz}`)
  }
  const window = readWindow(parameters, nowMs)
  if (!window.ok) return window
  const { fromMs, toMs, lengthMs } = window.value
  const interval = readInterval(parameters.interval, lengthMs)
  if (!interval.ok) return interval
  const startsMs = bucketStarts(fromMs, toMs, interval.value, zone)
  if (startsMs === undefined) {
    const message = `This window has more than ${MAX_BUCKETS} buckets of ${interval.value}: take a longer interval or a shorter window`
    return refuse('invalid_request', message)
  }
  const name = parameters.event_name === undefined ? {} : { eventName: parameters.event_name }
  return { ok: true, value: { ...name, fromMs, toMs, startsMs } }
}

function readInterval(interval: string | undefined, lengthMs: number): Outcome<Interval> {
  if (interval === undefined) return { ok: true, value: chooseInterval(lengthMs) }
  if (Object.hasOwn(INTERVAL_MS, interval)) return { ok: true, value: interval as Interval }
  return refuse('invalid_request', `interval must be one of ${Object.keys(INTERVAL_MS).join(' ')}, got ${interval}`)
}
