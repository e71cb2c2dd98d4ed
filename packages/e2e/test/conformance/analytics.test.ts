import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, collector, createClient, EVENTS, secret } from './client.ts'
import { analyse } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh, freshHour, iso } from './fresh.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

interface Bucket {
  readonly timestamp: string
  readonly count: number
}

/** Stores events at instants given in milliseconds; [instant, user] where there is one. */
async function store(event_name: string, instants: readonly (number | readonly [number, string])[]): Promise<void> {
  const events = instants.map((entry) => {
    const [ms, user_id] = typeof entry === 'number' ? [entry, undefined] : entry
    return { event_name, user_id, timestamp: new Date(ms).toISOString() }
  })
  for (let i = 0; i < events.length; i += 100) {
    expect((await secret.post(BATCH, events.slice(i, i + 100))).body['rejected']).toBe(0)
  }
}

function bucketsOf(answer: object): readonly Bucket[] {
  return (answer as { time_buckets: Bucket[] }).time_buckets
}

const starts = (answer: object) => bucketsOf(answer).map(({ timestamp }) => Date.parse(timestamp))
const steps = (answer: object) =>
  new Set(
    starts(answer)
      .map((ms, i, all) => ms - (all[i - 1] ?? Number.NaN))
      .slice(1),
  )

async function expectRefused(query: string, mention: string): Promise<void> {
  const answer = await secret.get(`${ANALYTICS}?${query}`)
  expectError(answer, 400, 'invalid_request')
  expect(answer.body['message']).toContain(mention)
}

describe('Get Event Counts', () => {
  test('the request as it is documented, and its answer: count, unique_users, time_buckets of timestamp and count', async () => {
    const event_name = fresh('user_signed_up')
    await secret.post(EVENTS, { event_name, user_id: 'u' })
    const project = collector.projectId === undefined ? '' : `project_id=${collector.projectId}&`
    const { status, headers, body } = await secret.get(`${ANALYTICS}?${project}event_name=${event_name}&period=1h`)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(Object.keys(body).sort()).toEqual(['count', 'time_buckets', 'unique_users'])
    expect([body['count'], body['unique_users']]).toEqual([1, 1])
    for (const bucket of bucketsOf(body)) {
      expect(bucket).toEqual({
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00Z$/),
        count: expect.any(Number),
      })
    }
  })

  test('Never-seen event name: zeros, not 404', async () => {
    const answer = await analyse({ event_name: fresh('never'), period: '1h' })
    expect([answer['count'], answer['unique_users']]).toEqual([0, 0])
    expect(bucketsOf(answer).every(({ count }) => count === 0)).toBe(true)
  })

  test('event_name left out means all events', async () => {
    const hour = freshHour()
    const window = { from: iso(hour), to: iso(hour + HOUR) }
    const { count: before } = await analyse(window)
    await store(fresh('one'), [hour, hour + 1])
    await store(fresh('two'), [hour + 2])
    expect((await analyse(window))['count']).toBe((before as number) + 3)
  })

  test('an event is counted as soon as it is acknowledged', async () => {
    const event_name = fresh('soon')
    for (let i = 1; i <= 20; i++) {
      await secret.post(EVENTS, { event_name })
      expect((await analyse({ event_name, period: '1h' }))['count']).toBe(i)
    }
  })
})

describe('`period` is how far back from now the window reaches', () => {
  test.each([
    ['1m', 'now', '2m ago', MINUTE],
    ['90m', '89m ago', '91m ago', 90 * MINUTE],
    ['24h', '23h ago', '25h ago', 24 * HOUR],
    ['7d', '6d ago', '8d ago', 7 * DAY],
    ['4w', '27d ago', '29d ago', 28 * DAY],
    ['366d', '365d ago', '367d ago', 366 * DAY],
  ])('%s: counts what was %s, not what was %s', async (period, _inside, _outside, lengthMs) => {
    const event_name = fresh('period')
    const slack = Math.min(lengthMs / 2, 50 * MINUTE)
    const now = Date.now()
    await store(event_name, [now - lengthMs + slack, now - 1, now - lengthMs - MINUTE])
    expect((await analyse({ event_name, period }))['count']).toBe(2)
  })

  test('default 24h', async () => {
    const event_name = fresh('default')
    const now = Date.now()
    await store(event_name, [now - 23 * HOUR, now - 25 * HOUR])
    const answer = await analyse({ event_name })
    expect(answer['count']).toBe(1)
    expect(bucketsOf(answer).length).toBe(bucketsOf(await analyse({ event_name, period: '24h' })).length)
  })

  test.each([
    '367d',
    '8785h',
    '53w',
    '600000m',
    '1y',
    '1',
    'h',
    '1s',
    '-1h',
    '0h',
    '1.5h',
    '1h30m',
    ' 1h',
    '1H',
    '',
    '1e3h',
  ])('<n>m|h|d|w, at most 366d: %j is 400', (period) =>
    expectRefused(new URLSearchParams({ period }).toString(), 'period'),
  )

  test.each(['366d', '8784h', '52w', '527040m'])('<n>m|h|d|w, at most 366d: %s is taken', async (period) => {
    expect((await secret.get(`${ANALYTICS}?period=${period}`)).status).toBe(200)
  })
})

describe('`from`/`to` (ISO 8601, half-open) instead of it', () => {
  test('half-open: what is at `from` is counted, what is at `to` is not', async () => {
    const event_name = fresh('edges')
    const hour = freshHour()
    await store(event_name, [hour - 1, hour, hour + 999, hour + 1000, hour + 1001])
    const count = async (from: number, to: number) =>
      (await analyse({ event_name, from: iso(from), to: iso(to) }))['count']
    expect(await count(hour, hour + 1000)).toBe(2)
    expect(await count(hour, hour + 1001)).toBe(3)
    expect(await count(hour + 1, hour + 1000)).toBe(1)
    expect(await count(hour + 1000, hour + 1001)).toBe(1)
  })

  test('neighbouring windows count every event once', async () => {
    const event_name = fresh('tiles')
    const hour = freshHour()
    const instants = Array.from({ length: 60 }, (_, i) => hour + i * 61_001)
    await store(event_name, instants)
    let sum = 0
    for (let i = 0; i < 12; i++) {
      const window = { from: iso(hour + i * 6 * MINUTE), to: iso(hour + (i + 1) * 6 * MINUTE) }
      sum += (await analyse({ event_name, ...window }))['count'] as number
    }
    expect(sum).toBe(60)
  })

  test('the future can be asked for, and what is stored there is counted', async () => {
    const event_name = fresh('future')
    const ms = Math.floor(Date.now() / HOUR) * HOUR + 48 * HOUR
    await store(event_name, [ms])
    expect((await analyse({ event_name, period: '366d' }))['count']).toBe(0)
    expect((await analyse({ event_name, from: iso(ms), to: iso(ms + 1) }))['count']).toBe(1)
  })

  test.each([
    ['from=2024-02-30&to=2024-03-02', 'from'],
    ['from=2024-01-01&to=tomorrow', 'to'],
    ['from=2024-01-02&to=2024-01-01', 'from'],
    ['to=2024-01-01', 'from'],
    ['from=1706608800&to=1706608900', 'from'],
  ])('a window that is none is 400: %s', expectRefused)
})

describe('`unique_users` is exact: distinct `user_id`s among the counted events', () => {
  test('those without a user not counted', async () => {
    const event_name = fresh('users')
    const hour = freshHour()
    await store(event_name, [hour, hour, [hour, 'a'], [hour + HOUR, 'a'], [hour + 2 * HOUR, 'b'], [hour + DAY, 'c']])
    const window = { event_name, from: iso(hour), to: iso(hour + DAY) }
    const answer = await analyse(window)
    expect([answer['count'], answer['unique_users']]).toEqual([5, 2])
    expect((await analyse({ ...window, to: iso(hour + DAY + 1) }))['unique_users']).toBe(3)
    expect((await analyse({ ...window, to: iso(hour + 1) }))['unique_users']).toBe(1)
  })

  test('of 500 users, 997 events: none more, none less', async () => {
    const event_name = fresh('exact')
    const hour = freshHour()
    await store(
      event_name,
      Array.from({ length: 997 }, (_, i) => [hour + i * 1000, `user ${(i * 7) % 500}`] as const),
    )
    const answer = await analyse({ event_name, from: iso(hour), to: iso(hour + HOUR) })
    expect([answer['count'], answer['unique_users']]).toEqual([997, 500])
  })

  test('user_ids that differ at all are different users', async () => {
    const event_name = fresh('differ')
    const hour = freshHour()
    const users = ['a', 'A', 'a ', ' a', 'á', 'a\u0301', '1', '01', '1.0', 'null', 'a\u0000b', 'a\u0000c', '😀', '😁']
    await store(
      event_name,
      users.map((user) => [hour, user] as const),
    )
    expect((await analyse({ event_name, from: iso(hour), to: iso(hour + 1) }))['unique_users']).toBe(users.length)
  })

  test('the same user of two projects is counted in each', async ({ skip }) => {
    if (collector.other === undefined) return skip('needs TRUECOUNT_OTHER_SECRET_KEY')
    const other = createClient(collector.other.secretKey)
    const event_name = fresh('both')
    for (const client of [secret, other]) await client.post(EVENTS, { event_name, user_id: 'u' })
    for (const client of [secret, other]) {
      expect((await analyse({ event_name, period: '1h' }, client))['unique_users']).toBe(1)
    }
  })
})

describe('`interval` is the bucket width', () => {
  test.each([
    ['1m', MINUTE],
    ['5m', 5 * MINUTE],
    ['15m', 15 * MINUTE],
    ['1h', HOUR],
    ['6h', 6 * HOUR],
    ['1d', DAY],
    ['1w', 7 * DAY],
  ])('%s', async (interval, widthMs) => {
    const hour = freshHour()
    const answer = await analyse({ event_name: 'x', from: iso(hour), to: iso(hour + 10 * widthMs), interval })
    expect([...steps(answer)]).toEqual([widthMs])
  })

  test.each(['2m', '30m', '1M', '24h', '60', '1y', '', 'auto'])('%j is 400', (interval) =>
    expectRefused(new URLSearchParams({ interval }).toString(), 'interval'),
  )

  test.each([
    ['1h', 5 * MINUTE],
    ['24h', HOUR],
    ['7d', 6 * HOUR],
    ['30d', DAY],
  ])('left out it is chosen from the period: %s', async (period, widthMs) => {
    expect([...steps(await analyse({ period }))]).toEqual([widthMs])
  })

  test.each(['1m', '59m', '6h', '3d', '14d', '100d', '52w', '366d'])('never over 1,500 buckets: %s', async (period) => {
    const { length } = bucketsOf(await analyse({ period }))
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThanOrEqual(1500)
  })

  test.each([
    ['1m', '2d'],
    ['5m', '366d'],
    ['1h', '63d'],
  ])('never over 1,500 buckets: %s over %s is 400', (interval, period) =>
    expectRefused(new URLSearchParams({ interval, period }).toString(), '1500'),
  )

  test('never over 1,500 buckets: 30 years without an interval', async () => {
    const answer = await secret.get(`${ANALYTICS}?from=1990-01-01&to=2020-01-01`)
    if (answer.status !== 200) return expectError(answer, 400, 'invalid_request')
    expect(bucketsOf(answer.body).length).toBeLessThanOrEqual(1500)
  })
})
