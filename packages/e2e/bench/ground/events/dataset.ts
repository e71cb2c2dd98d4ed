import { formatLaneKey } from '@truecount/protocol'
import { draw, drawText } from './draw.ts'
import { variedMetadata } from './varied-metadata.ts'

/** Events that are the same for the same wish: every store of a comparison is filled with them. */
export interface Dataset {
  readonly events: number
  readonly users: number
  /** `sdk`: keys of lanes, as the SDK makes them. `foreign`: random texts of 26 characters, as other clients make them. */
  readonly keys: 'sdk' | 'foreign'
  /** `even`: four members of always the same form, about 100 bytes. `varied`: what a shop's page and services send. */
  readonly metadata: 'even' | 'varied'
}

export interface DatasetEvent {
  readonly name: string
  /** A whole number from 1, as text. */
  readonly userId: string
  readonly timestampMs: number
  readonly page: string
  /** A JSON object, as text; its `page` is `page`. */
  readonly metadata: string
  readonly key: string
}

const DAY_MS = 86_400_000
export const FIRST_MS = Date.UTC(2025, 5, 1)
const SPAN_MS = 30 * DAY_MS
/** The first instant after the last event. */
export const END_MS = FIRST_MS + SPAN_MS

export const NAMES = 'page_view click scroll search login logout signup purchase share error'.split(' ')

const PAGES = (
  '/home /login /logout /registration /dashboard /profile /settings /search /help /product/list /product/view /cart ' +
  '/cart/add /cart/remove /checkout /order/create /payment/complete /notifications/read /notifications/sent /emails/click'
).split(' ')

const REFERRERS = ['https://www.google.com/', 'https://duckduckgo.com/', 'https://news.example.org/front']

/** Lanes that are written to at one time: more than a load has connections, so that a lane is told in order. */
const LIVE_LANES = 64
const BATCH_EVENTS = 100
const LANE_BATCHES = 10

/**
 * The event at a place in the order of arrival. Times follow that order within a minute, but for one event in a hundred,
 * which is up to a day late.
 */
export function eventAt(dataset: Dataset, index: number): DatasetEvent {
  const page = PAGES[draw(index, 1) % PAGES.length] as string
  const delayMs = draw(index, 2) % 100 === 0 ? draw(index, 3) % DAY_MS : draw(index, 3) % 60_000
  const arrivedMs = FIRST_MS + Math.floor((index / dataset.events) * SPAN_MS)
  return {
    name: NAMES[draw(index, 4) % NAMES.length] as string,
    userId: String(1 + (draw(index, 5) % dataset.users)),
    timestampMs: Math.max(FIRST_MS, arrivedMs - delayMs),
    page,
    metadata: dataset.metadata === 'even' ? evenMetadata(page, index) : variedMetadata(page, index),
    key: dataset.keys === 'sdk' ? laneKey(index) : drawText(index, 6, 26),
  }
}

function evenMetadata(page: string, index: number): string {
  const referrer = REFERRERS[draw(index, 7) % REFERRERS.length]
  return `{"page":"${page}","referrer":"${referrer}","button":"cta-${draw(index, 8) % 8}","amount":${draw(index, 9) % 1000}}`
}

function laneKey(index: number): string {
  const batch = Math.floor(index / BATCH_EVENTS)
  const turn = Math.floor(batch / LIVE_LANES)
  const lane = (batch % LIVE_LANES) + LIVE_LANES * Math.floor(turn / LANE_BATCHES)
  const seq = (turn % LANE_BATCHES) * BATCH_EVENTS + (index % BATCH_EVENTS) + 1
  return formatLaneKey(drawText(lane, 10, 16), seq)
}

/** An event as v1's ingest routes take it. */
export function printEvent({ name, userId, timestampMs, metadata, key }: DatasetEvent): string {
  const time = new Date(timestampMs).toISOString()
  return `{"event_name":"${name}","user_id":"${userId}","timestamp":"${time}","metadata":${metadata},"idempotency_key":"${key}"}`
}
