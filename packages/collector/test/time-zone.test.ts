import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApp, type TestApp } from './start-test-app.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Zones with the days that break a naive count: half hours, 45 minutes, half an hour of summer, Ramadan, a lost day. */
const YEARS = [
  ['UTC', 2024],
  ['Asia/Kathmandu', 2024],
  ['Asia/Kolkata', 2024],
  ['America/New_York', 2024],
  ['America/St_Johns', 2010],
  ['America/Sao_Paulo', 2018],
  ['Australia/Lord_Howe', 2024],
  ['Africa/Casablanca', 2024],
  ['Africa/Cairo', 2010],
  ['Pacific/Apia', 2011],
  ['Pacific/Chatham', 2024],
] as const

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ now: () => Date.UTC(2026, 0, 15, 12) })
})
afterAll(() => app.stop())

/** The date that a wall calendar shows, minute by minute: a day begins at the first minute that shows a later date. */
function daysByWalking(zone: string, fromMs: number, toMs: number): { startMs: number; date: string }[] {
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })
  const days: { startMs: number; date: string }[] = []
  for (let ms = fromMs; ms < toMs; ms += MINUTE_MS) {
    const date = calendar.format(ms)
    if (date > (days.at(-1)?.date ?? '')) days.push({ startMs: ms, date })
  }
  return days.slice(1)
}

const isMonday = ({ date }: { date: string }) => new Date(`${date}T00:00:00Z`).getUTCDay() === 1

/** Weeks begin on Monday, or on the first day of that week that exists. */
function weeksOf(days: readonly { startMs: number; date: string }[]): number[] {
  const week = ({ date }: { date: string }) => Math.floor((Date.parse(date) / DAY_MS - 4) / 7)
  const first = days.findIndex(isMonday)
  return days
    .slice(first)
    .filter((day, i, all) => i === 0 || week(day) !== week(all[i - 1] as typeof day))
    .map(({ startMs }) => startMs)
}

type Bucket = { timestamp: string; count: number }

describe.each(YEARS)('Day and week buckets in %s (%i)', (zone, year) => {
  const yearMs = Date.UTC(year, 0, 1)
  // A margin, so that every window has the bucket it begins in.
  const days = daysByWalking(zone, yearMs - 20 * DAY_MS, yearMs + 380 * DAY_MS)
  const starts = { '1d': days.map(({ startMs }) => startMs), '1w': weeksOf(days) }
  const changes = starts['1d'].filter((ms, i, all) => i > 0 && ms - (all[i - 1] as number) !== DAY_MS)
  const anyInstant = fc.oneof(
    fc.integer({ min: yearMs, max: yearMs + 365 * DAY_MS }),
    fc
      .tuple(fc.constantFrom(...starts['1d'].slice(30, 380), ...changes), fc.integer({ min: -1, max: 1 }))
      .map(([ms, off]) => ms + off),
  )
  const anyEvent = fc.record({ instant: anyInstant, user: fc.constantFrom('u1', 'u2', 'u3', undefined) })
  const anyWindow = fc.tuple(anyInstant, anyInstant, fc.constantFrom('1d' as const, '1w' as const))

  test('are what a wall calendar shows, without gaps, and add up to the count', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { minLength: 1, maxLength: 100 }),
        fc.array(anyWindow, { minLength: 1, maxLength: 6 }),
        async (events, windows) => {
          const { key } = await app.newProject('secret')
          const sent = events.map(({ instant, user }) => ({
            event_name: 'a',
            timestamp: new Date(instant).toISOString(),
            ...(user === undefined ? {} : { user_id: user }),
          }))
          expect((await app.post('/api/v1/events/batch', sent, key)).status).toBe(202)
          for (const [a, b, interval] of windows) {
            const [from, to] = [Math.min(a, b), Math.max(a, b) + 1]
            const query = new URLSearchParams({ from: iso(from), to: iso(to), interval, tz: zone })
            const { body } = await app.get(`/api/v1/analytics/events?${String(query)}`, key)
            const counted = events.filter(({ instant }) => instant >= from && instant < to)
            const first = starts[interval].findLastIndex((ms) => ms <= from)
            const edges = starts[interval].filter((ms, i) => i >= first && ms < to)
            expect(body.time_buckets.map(({ timestamp }: Bucket) => Date.parse(timestamp))).toEqual(edges)
            expect(body.time_buckets.map(({ count }: Bucket) => count)).toEqual(
              edges.map(
                (start, i) =>
                  counted.filter(({ instant }) => instant >= start && instant < (edges[i + 1] ?? to)).length,
              ),
            )
            expect(body.count).toBe(counted.length)
            const users = new Set(counted.map(({ user }) => user).filter((user) => user !== undefined))
            expect(body.unique_users).toBe(users.size)
          }
        },
      ),
      { numRuns: 15 },
    )
  })
})

const iso = (ms: number) => new Date(ms).toISOString()
const startsOf = async (query: string) => {
  const { body } = await app.get(`/api/v1/analytics/events?${query}`)
  return body.time_buckets.map(({ timestamp }: Bucket) => timestamp)
}

test('A day of summer time ending has 25 hours, one of it beginning 23', async () => {
  expect(await startsOf('from=2024-10-27T12:00:00Z&to=2024-10-29&interval=1d&tz=Europe/Zurich')).toEqual([
    '2024-10-26T22:00:00Z',
    '2024-10-27T23:00:00Z',
    '2024-10-28T23:00:00Z',
  ])
  expect(await startsOf('from=2024-03-31T12:00:00Z&to=2024-04-01T12:00:00Z&interval=1d&tz=Europe/Zurich')).toEqual([
    '2024-03-30T23:00:00Z',
    '2024-03-31T22:00:00Z',
  ])
})

test('Samoa went to bed on Thursday the 29th and woke on Saturday the 31st: there is no bucket for Friday', async () => {
  expect(await startsOf('from=2011-12-29T12:00:00Z&to=2012-01-01&interval=1d&tz=Pacific/Apia')).toEqual([
    '2011-12-29T10:00:00Z',
    '2011-12-30T10:00:00Z',
    '2011-12-31T10:00:00Z',
  ])
})

test('Buckets shorter than a day are aligned in UTC in every zone', async () => {
  expect(await startsOf('from=2024-01-01T00:10:00Z&to=2024-01-01T02:00:00Z&interval=1h&tz=Asia/Kathmandu')).toEqual([
    '2024-01-01T00:00:00Z',
    '2024-01-01T01:00:00Z',
  ])
})

test('A zone may be written in any case', async () => {
  expect(await startsOf('from=2024-01-01&to=2024-01-02&interval=1d&tz=asia/kathmandu')).toEqual([
    '2023-12-31T18:15:00Z',
    '2024-01-01T18:15:00Z',
  ])
})

test.each(['Mars/Olympus', '+05:30', '', 'Europe/Zurich%00', '__proto__'])(
  'The zone %j is refused in words',
  async (zone) => {
    const { status, body } = await app.get(`/api/v1/analytics/events?tz=${zone.replace('+', '%2B')}`)
    expect(status).toBe(400)
    expect(body.message).toContain('tz must be an IANA time zone such as Europe/Zurich')
  },
)

test('Events from the far past and the future are counted where they say they were', async () => {
  const { key } = await app.newProject('secret')
  const timestamps = [
    '0000-01-01',
    '0001-06-01T10:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '2026-01-15',
    '9999-12-31T23:59Z',
  ]
  const sent = timestamps.map((timestamp) => ({ event_name: 'a', timestamp, user_id: timestamp }))
  await app.post('/api/v1/events/batch', sent, key)
  const count = async (query: string) => (await app.get(`/api/v1/analytics/events?${query}`, key)).body
  expect(await count('period=366d')).toMatchObject({ count: 1, unique_users: 1 })
  expect(
    await count('from=0001-05-31T12:00:00Z&to=0001-06-02T12:00:00Z&interval=1d&tz=America/St_Johns'),
  ).toMatchObject({
    count: 1,
    time_buckets: [{ count: 0 }, { count: 1 }, { count: 0 }],
  })
  expect(await count('from=1969-12-31&to=1970-01-01&interval=6h')).toMatchObject({
    time_buckets: [{}, {}, {}, { timestamp: '1969-12-31T18:00:00Z', count: 1 }],
  })
  expect(await count('from=9999-12-31&to=9999-12-31T23:59:30Z&interval=1w')).toMatchObject({ count: 1 })
  expect(await count('from=0000-01-01&to=0000-01-02')).toMatchObject({ count: 1 })
})

test('Late and out-of-order events fall into the buckets of their own time, and unfinished buckets grow', async () => {
  const { key } = await app.newProject('secret')
  const send = (timestamp: string) => app.post('/api/v1/events', { event_name: 'a', timestamp }, key)
  const counts = async () => {
    const { body } = await app.get('/api/v1/analytics/events?period=3h&interval=1h', key)
    return body.time_buckets.map(({ count }: Bucket) => count)
  }
  await send('2026-01-15T12:00:00Z')
  await send('2026-01-15T09:00:00Z')
  expect(await counts()).toEqual([1, 0, 0, 1])
  await send('2026-01-15T10:59:59.999Z')
  await send('2026-01-15T12:00:00.001Z')
  expect(await counts()).toEqual([1, 1, 0, 1])
})
