import { formatLaneKey } from '@truecount/protocol'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StoredEvent } from '../src/store/ledger.ts'
import { correctTime, type LaneClock, observeOffset } from '../src/store/sqlite/lane-clock.ts'
import { allIn } from './blocks/stored-in.ts'
import { startTestApp, type TestApp } from './start-test-app.ts'

const NOW = Date.parse('2024-03-15T12:00:00.000Z')
const HOUR_MS = 3_600_000

let nowMs = NOW
let app: TestApp
let rows: Database.Database
beforeAll(async () => {
  app = await startTestApp({ now: () => nowMs })
  rows = new Database(app.dbPath, { readonly: true })
})
afterAll(async () => {
  rows.close()
  await app.stop()
})

let lanes = 0
const newLane = () => String((lanes += 1)).padStart(16, 'c')

interface Sending {
  /** By the sender's clock. */
  readonly sentAt?: number | string
  readonly times: readonly (number | undefined)[]
  readonly firstSeq?: number
}

async function send(lane: string, { sentAt, times, firstSeq = 1 }: Sending): Promise<void> {
  const events = times.map((ms, i) => ({
    event_name: 'timed',
    ...(ms === undefined ? {} : { timestamp: new Date(ms).toISOString() }),
    idempotency_key: formatLaneKey(lane, firstSeq + i),
  }))
  const query = sentAt === undefined ? '' : `?sent_at=${sentAt}`
  expect((await app.post(`/api/v1/events/batch${query}`, events)).status).toBe(202)
}

/** Kept and given times of a lane's events, by their numbers. */
function kept(lane: string): { ts: number; original_ts: number | null }[] {
  const row = rows.prepare<[string], number>('SELECT id FROM lane WHERE lane = ?').pluck().get(lane)
  return allIn(rows)
    .filter((event) => event.lane === row)
    .toSorted((one, other) => one.seq - other.seq)
    .map(({ timestampMs, originalTimestampMs }) => ({ ts: timestampMs, original_ts: originalTimestampMs }))
}

const own = (...times: number[]) => times.map((ts) => ({ ts, original_ts: null }))

describe('A clock that is off', () => {
  test.each([
    ['behind', -HOUR_MS],
    ['ahead', HOUR_MS],
    ['behind since 1970', -NOW],
  ])('%s is corrected, the given time is kept, and counts go by the corrected one', async (_name, errorMs) => {
    nowMs = NOW
    const { key } = await app.newProject('secret')
    const lane = newLane()
    const given = [NOW + errorMs - 9_000, NOW + errorMs - 100]
    const events = given.map((ms, i) => ({
      event_name: 'timed',
      timestamp: new Date(Math.max(ms, 0)).toISOString(),
      idempotency_key: formatLaneKey(lane, i + 1),
    }))
    const sentAt = Math.max(NOW + errorMs, 0)
    await app.post(`/api/v1/events/batch?sent_at=${sentAt}`, events, key)
    const given2 = given.map((ms) => Math.max(ms, 0))
    expect(kept(lane)).toEqual(given2.map((ms) => ({ ts: ms + NOW - sentAt, original_ts: ms })))
    const { body } = await app.get(`/api/v1/analytics/events?from=${new Date(NOW - 10_000).toISOString()}`, key)
    expect(body.count).toBe(2)
  })

  test('and was set back before the first attempt that arrives: what it stamped before stays, what it stamped since is corrected', async () => {
    nowMs = NOW
    const lane = newLane()
    const times = [NOW - 9_000, NOW - 8_000, NOW - 24 * HOUR_MS - 100]
    await send(lane, { sentAt: NOW - 24 * HOUR_MS, times })
    expect(kept(lane)).toEqual([
      ...own(NOW - 9_000, NOW - 8_000),
      { ts: NOW - 100, original_ts: NOW - 24 * HOUR_MS - 100 },
    ])
  })

  test('by five seconds or less is left alone', async () => {
    nowMs = NOW
    const [late, early] = [newLane(), newLane()]
    await send(late, { sentAt: NOW - 5_000, times: [NOW - 6_000] })
    await send(early, { sentAt: NOW + 5_000, times: [NOW] })
    expect([kept(late), kept(early)]).toEqual([own(NOW - 6_000), own(NOW)])
  })

  test('is not known without the time of sending, or with one that is none', async () => {
    nowMs = NOW
    for (const sentAt of [undefined, '', 'now', '-5', '1e3', '12.5', '9'.repeat(16)]) {
      const lane = newLane()
      await send(lane, { ...(sentAt === undefined ? {} : { sentAt }), times: [5_000] })
      expect({ sentAt, rows: kept(lane) }).toEqual({ sentAt, rows: own(5_000) })
    }
  })

  test('moves no event that has no time of its own, and none outside a lane', async () => {
    nowMs = NOW
    const lane = newLane()
    await send(lane, { sentAt: NOW - HOUR_MS, times: [undefined] })
    expect(kept(lane)).toEqual(own(NOW))
    const { key } = await app.newProject('secret')
    const order = { event_name: 'paid', timestamp: '2020-01-01T00:00:00Z', idempotency_key: 'order-1' }
    await app.post(`/api/v1/events?sent_at=${NOW - HOUR_MS}`, order, key)
    const { body } = await app.get('/api/v1/analytics/events?from=2020-01-01&to=2020-01-01T00:00:01Z', key)
    expect(body.count).toBe(1)
  })

  test('gives a repeated event the time that it got first', async () => {
    nowMs = NOW
    const lane = newLane()
    const times = [NOW - HOUR_MS - 50]
    await send(lane, { sentAt: NOW - HOUR_MS, times })
    const first = kept(lane)
    nowMs = NOW + 40_000
    await send(lane, { sentAt: NOW - HOUR_MS, times })
    await send(lane, { sentAt: nowMs, times })
    expect(kept(lane)).toEqual(first)
    expect(first).toEqual([{ ts: NOW - 50, original_ts: times[0] }])
  })

  test('is judged by the request that was on its way for the shortest time', async () => {
    const lane = newLane()
    nowMs = NOW
    await send(lane, { sentAt: NOW - 20_000, times: [NOW - 20_100] })
    nowMs = NOW + 30_000
    await send(lane, { sentAt: nowMs - 50, times: [nowMs - 100], firstSeq: 2 })
    expect(kept(lane)).toEqual([{ ts: NOW - 100, original_ts: NOW - 20_100 }, ...own(nowMs - 100)])
  })

  test('and was set right moves nothing any more', async () => {
    for (const errorMs of [-HOUR_MS, HOUR_MS]) {
      const lane = newLane()
      nowMs = NOW
      await send(lane, { sentAt: NOW + errorMs, times: [NOW + errorMs] })
      nowMs = NOW + 1_000
      await send(lane, { sentAt: nowMs, times: [nowMs - 100], firstSeq: 2 })
      expect(kept(lane)).toEqual([{ ts: NOW, original_ts: NOW + errorMs }, ...own(NOW + 900)])
    }
  })

  test('never gives a time that can not be printed', async () => {
    nowMs = NOW
    const lane = newLane()
    const last = Date.parse('9999-12-31T23:59:59Z')
    await send(lane, { sentAt: 0, times: [last] })
    expect(kept(lane)).toEqual(own(last))
  })
})

const anyRequests = fc.array(
  fc.record({
    /** How far the clock is ahead. */
    errorMs: fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 })),
    wayMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 30_000 })),
    steps: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
)

const newClock = (): LaneClock => ({ clock_offset: null, clock_seq: null, clock_original: null, clock_kept: null })

const eventAt = (timestampMs: number, receivedAtMs: number): StoredEvent => ({
  eventId: '',
  eventName: 'e',
  userId: null,
  timestampMs,
  receivedAtMs,
  metadata: {},
  metadataText: '{}',
  drops: {},
})

describe('Corrected times', () => {
  test('of events that arrive in order keep the order of the given ones, whatever happens to the clock', () => {
    fc.assert(
      fc.property(anyRequests, (requests) => {
        const clock = newClock()
        let trueMs = NOW
        let [lastGiven, lastKept] = [-Infinity, -Infinity]
        let seq = 0
        for (const { errorMs, wayMs, steps } of requests) {
          const given = steps.map((step) => (trueMs += step) + errorMs)
          observeOffset(clock, wayMs - errorMs)
          for (const ms of given) {
            const { timestampMs } = correctTime(clock, eventAt(ms, trueMs + wayMs), (seq += 1))
            expect(ms < lastGiven || timestampMs >= lastKept).toBe(true)
            ;[lastGiven, lastKept] = [ms, timestampMs]
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('are true but for the time on the way and five seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), anyRequests, (errorMs, requests) => {
        const clock = newClock()
        let trueMs = NOW
        let seq = 0
        let longestWayMs = 0
        for (const { wayMs, steps } of requests) {
          longestWayMs = Math.max(longestWayMs, wayMs)
          observeOffset(clock, wayMs - errorMs)
          const happened = steps.map((step) => (trueMs += step))
          for (const ms of happened) {
            const { timestampMs } = correctTime(clock, eventAt(ms + errorMs, trueMs + wayMs), (seq += 1))
            expect(timestampMs - ms).toBeGreaterThanOrEqual(-5_000)
            expect(timestampMs - ms).toBeLessThanOrEqual(longestWayMs + 5_000)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
