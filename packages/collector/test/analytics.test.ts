import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storedIn } from './blocks/stored-in.ts'
import { startTestApp, type TestApp } from './start-test-app.ts'

const NOW = Date.parse('2024-03-15T10:20:30.400Z')
const WIDTH_MS = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '1d': 86_400_000,
  '1w': 604_800_000,
}

let app: TestApp
let rows: Database.Database
beforeAll(async () => {
  app = await startTestApp({ now: () => NOW })
  rows = new Database(app.dbPath, { readonly: true })
})
afterAll(async () => {
  rows.close()
  await app.stop()
})

const report = async (query: string, key?: string) => app.get(`/api/v1/analytics/events?${query}`, key)

/** Counts every event of a project in plain code. */
function recount(projectId: string, name: string | undefined, from: number, to: number) {
  const project = rows.prepare('SELECT id FROM project WHERE uuid = ?').pluck().get(projectId)
  const counted = storedIn(rows).filter(
    (event) =>
      event.project === project &&
      (name === undefined ? event.eventName !== '$dropped' : event.eventName === name) &&
      event.timestampMs >= from &&
      event.timestampMs < to,
  )
  const users = new Set(counted.map(({ userId }) => userId).filter((user) => user !== null))
  return { instants: counted.map(({ timestampMs }) => timestampMs), users: users.size }
}

const anyInstant = fc.integer({ min: NOW - 40 * WIDTH_MS['1d'], max: NOW + WIDTH_MS['1h'] })
const anyEvent = fc.record(
  {
    event_name: fc.constantFrom('a', 'b', '$dropped', 'é'),
    user_id: fc.constantFrom('u1', 'u2', 'u3', ''),
    timestamp: anyInstant.map((ms) => new Date(ms).toISOString()),
  },
  { requiredKeys: ['event_name'] },
)
const anyWindow = fc
  .tuple(anyInstant, anyInstant)
  .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b) + 1])
const anyQuestion = fc.record({
  window: anyWindow,
  interval: fc.constantFrom(undefined, '1h', '6h', '1d', '1w'),
  name: fc.constantFrom(undefined, 'a', 'b', '$dropped', 'é', 'never seen'),
})

test('Counts, users and buckets are what recounting the raw rows gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 1, maxLength: 60 }),
      fc.array(anyQuestion, { minLength: 1, maxLength: 6 }),
      async (events, questions) => {
        const { projectId, key } = await app.newProject('secret')
        await app.post('/api/v1/events/batch', events, key)
        for (const { window, interval, name } of questions) {
          const [from, to] = window
          const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
          if (interval !== undefined) query.set('interval', interval)
          if (name !== undefined) query.set('event_name', name)
          const { status, body } = await report(String(query), key)
          expect(status).toBe(200)
          const { instants, users } = recount(projectId, name, from, to)
          expect({ count: body.count, unique_users: body.unique_users }).toEqual({
            count: instants.length,
            unique_users: users,
          })
          expectBuckets(body.time_buckets, instants, from, to, interval)
        }
      },
    ),
    { numRuns: 40 },
  )
})

type Bucket = { timestamp: string; count: number }

function expectBuckets(
  buckets: readonly Bucket[],
  instants: readonly number[],
  from: number,
  to: number,
  interval?: string,
): void {
  const starts = buckets.map(({ timestamp }) => Date.parse(timestamp))
  const width =
    interval === undefined ? (starts[1] ?? to) - (starts[0] as number) : WIDTH_MS[interval as keyof typeof WIDTH_MS]
  expect(starts[0]).toBeLessThanOrEqual(from)
  expect((starts[0] as number) + width).toBeGreaterThan(from)
  expect(starts.at(-1)).toBeLessThan(to)
  expect((starts.at(-1) as number) + width).toBeGreaterThanOrEqual(to)
  starts.forEach((start, i) => expect(start).toBe((starts[0] as number) + i * width))
  // Weeks begin on Monday; every other width divides the day, and the day begins at midnight.
  const first = new Date(starts[0] as number)
  const weekday = interval === '1w' ? 1 : first.getUTCDay()
  // A single bucket of a width that the collector chose does not tell the width: a minute divides all of them.
  const grid = interval === undefined && starts.length === 1 ? WIDTH_MS['1m'] : Math.min(width, WIDTH_MS['1d'])
  expect([first.getUTCDay(), first.getTime() % grid]).toEqual([weekday, 0])
  buckets.forEach(({ count }, i) => {
    const start = starts[i] as number
    expect(count).toBe(instants.filter((ms) => ms >= start && ms < start + width).length)
  })
}

describe('The window', () => {
  test('of a period ends now, and holds the event of this very millisecond', async () => {
    const { key } = await app.newProject('secret')
    await app.post('/api/v1/events', { event_name: 'now', user_id: 'u' }, key)
    const { body } = await report('period=1h&event_name=now', key)
    expect(body.count).toBe(1)
    expect(body.time_buckets.at(-1)).toEqual({ timestamp: '2024-03-15T10:20:00Z', count: 1 })
  })

  test.each([
    ['period=1h', '2024-03-15T09:20:00Z', 13],
    ['', '2024-03-14T10:00:00Z', 25],
    ['period=7d', '2024-03-08T06:00:00Z', 29],
    ['period=30d', '2024-02-14T00:00:00Z', 31],
    ['period=2w&interval=1w', '2024-02-26T00:00:00Z', 3],
    ['from=2024-01-01&to=2024-01-02T00:00:00%2B02:00&interval=1h', '2024-01-01T00:00:00Z', 22],
  ])('%s is cut into aligned buckets', async (query, first, buckets) => {
    const { body } = await report(query)
    expect(body.time_buckets[0].timestamp).toBe(first)
    expect(body.time_buckets).toHaveLength(buckets)
  })

  test.each([
    ['period=1y', /period must be/],
    ['period=367d', /at most 366d/],
    ['period=0h', /period must be/],
    ['period=366d&interval=1h', /more than 1500 buckets/],
    ['interval=2h', /interval must be one of 1m/],
    ['interval=constructor', /interval must be one of/],
    ['from=yesterday', /from must be/],
    ['from=2024-01-02&to=2024-01-01', /from must be before to/],
    ['to=2024-01-01', /to needs from/],
    ['from=2024-01-01&period=1h', /not both/],
    ['period=1h&period=2h', /given once/],
    ['from=0001-01-01&to=2024-01-01', /more than 1500 buckets/],
  ])('%s is refused in words', async (query, message) => {
    const { status, body } = await report(query)
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'invalid_request', message: expect.stringMatching(message), code: 400 })
  })
})

test('The books tell captured, stored, duplicates, rejected, dropped and missing', async () => {
  const { key } = await app.newProject('secret')
  const lane = (seq: number) => `tc1.AAAAAAAAAAAAAAAA.${seq}`
  const reasons = { queue_full: 2, too_large: 1 }
  await app.post(
    '/api/v1/events/batch',
    [
      { event_name: 'a', idempotency_key: lane(1) },
      { event_name: 'a', idempotency_key: lane(1) },
      { event_name: '', idempotency_key: lane(2) },
      { event_name: '$dropped', metadata: { reasons }, idempotency_key: lane(8) },
      { event_name: 'a' },
    ],
    key,
  )
  const { body } = await app.get('/api/v1/analytics/delivery', key)
  expect(body).toEqual({
    captured: 9,
    stored: 3,
    deleted: 0,
    duplicates_prevented: 1,
    rejected: 1,
    dropped: 3,
    missing: 2,
    waiting: 0,
    rejected_by_reason: { invalid_request: 1 },
    dropped_by_reason: reasons,
  })
})
