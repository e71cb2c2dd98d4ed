import { parseTimestamp } from '@truecount/protocol'
import { type Outcome, refuse } from '../http/outcome.ts'
import { INTERVAL_MS } from './bucket-edges.ts'

export interface WindowParameters {
  readonly period?: string
  readonly from?: string
  readonly to?: string
}

const DEFAULT_PERIOD = '24h'
const PERIOD = /^([1-9]\d{0,6})([mhdw])$/
const UNIT_MS = { m: INTERVAL_MS['1m'], h: INTERVAL_MS['1h'], d: INTERVAL_MS['1d'], w: INTERVAL_MS['1w'] }
const MAX_PERIOD_DAYS = 366

/** Half-open, in milliseconds since 1970. */
export interface Window {
  readonly fromMs: number
  readonly toMs: number
  readonly lengthMs: number
}

/** Reads `period`, or `from` and `to`; without any of them it is the last 24 hours. */
export function readWindow({ period, from, to }: WindowParameters, nowMs: number): Outcome<Window> {
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
