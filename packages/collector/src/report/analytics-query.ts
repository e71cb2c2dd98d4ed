import { parseTimestamp } from '@truecount/protocol'
import { type Outcome, refuse } from '../http/outcome.ts'
import { bucketStarts, chooseInterval, type Interval, INTERVAL_MS, MAX_BUCKETS } from './bucket-edges.ts'
import { findTimeZone, UTC } from './time-zone.ts'

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

const DEFAULT_PERIOD = '24h'
const PERIOD = /^([1-9]\d{0,6})([mhdw])$/
const UNIT_MS = { m: INTERVAL_MS['1m'], h: INTERVAL_MS['1h'], d: INTERVAL_MS['1d'], w: INTERVAL_MS['1w'] }
const MAX_PERIOD_DAYS = 366

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

interface Window {
  readonly fromMs: number
  readonly toMs: number
  readonly lengthMs: number
}

function readWindow({ period, from, to }: Parameters, nowMs: number): Outcome<Window> {
  if (from !== undefined) {
    if (period !== undefined) return refuse('invalid_request', 'Give period, or from and to, not both')
    return readFromTo(from, to, nowMs)
  }
  if (to !== undefined) return refuse('invalid_request', 'to needs from')
  const match = PERIOD.exec(period ?? DEFAULT_PERIOD)
  const lengthMs = match === null ? Number.NaN : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
  if (!(lengthMs <= MAX_PERIOD_DAYS * UNIT_MS.d)) {
    return refuse(
      'invalid_request',
      `period must be a whole number of m, h, d or w (such as 24h), at most ${MAX_PERIOD_DAYS}d, got ${period}`,
    )
  }
  return { ok: true, value: { fromMs: nowMs - lengthMs, toMs: afterNow(nowMs), lengthMs } }
}

function readFromTo(from: string, to: string | undefined, nowMs: number): Outcome<Window> {
  const fromMs = parseTimestamp(from)
  const toMs = to === undefined ? afterNow(nowMs) : parseTimestamp(to)
  if (fromMs === undefined) return refuse('invalid_request', `from must be an ISO 8601 date-time, got ${from}`)
  if (toMs === undefined) return refuse('invalid_request', `to must be an ISO 8601 date-time, got ${to}`)
  if (fromMs >= toMs) return refuse('invalid_request', 'from must be before to')
  return { ok: true, value: { fromMs, toMs, lengthMs: toMs - fromMs } }
}

/** A window that ends now takes in the event that was stored in this very millisecond. */
function afterNow(nowMs: number): number {
  return nowMs + 1
}

function readInterval(interval: string | undefined, lengthMs: number): Outcome<Interval> {
  if (interval === undefined) return { ok: true, value: chooseInterval(lengthMs) }
  if (Object.hasOwn(INTERVAL_MS, interval)) return { ok: true, value: interval as Interval }
  return refuse('invalid_request', `interval must be one of ${Object.keys(INTERVAL_MS).join(' ')}, got ${interval}`)
}
