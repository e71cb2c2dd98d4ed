import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, secret } from './client.ts'
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

async function bucketsOf(selection: Readonly<Record<string, string>>): Promise<readonly Bucket[]> {
  const answer = await analyse(selection)
  const buckets = answer['time_buckets'] as Bucket[]
  expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(answer['count'])
  return buckets
}

async function store(event_name: string, instants: readonly string[]): Promise<void> {
  const events = instants.map((timestamp) => ({ event_name, timestamp }))
  expect((await secret.post(BATCH, events)).body['rejected']).toBe(0)
}

describe('Buckets are aligned, ascending, without gaps (zeros filled in), and their counts add up to `count`', () => {
  test('an event on an edge is in the bucket that begins there', async () => {
    const event_name = fresh('edge')
    const hour = freshHour()
    await store(
      event_name,
      [hour - 1, hour, hour + 5 * MINUTE - 1, hour + 5 * MINUTE].map((ms) => new Date(ms).toISOString()),
    )
    const window = { event_name, from: iso(hour), to: iso(hour + 15 * MINUTE), interval: '5m' }
    expect(await bucketsOf(window)).toEqual([
      { timestamp: iso(hour), count: 2 },
      { timestamp: iso(hour + 5 * MINUTE), count: 1 },
      { timestamp: iso(hour + 10 * MINUTE), count: 0 },
    ])
  })

  test('a window that begins and ends inside buckets counts only what is in the window', async () => {
    const event_name = fresh('inside')
    const hour = freshHour()
    await store(
      event_name,
      [1, 29, 30, 31, 89, 90].map((minute) => iso(hour + minute * MINUTE)),
    )
    const window = { event_name, from: iso(hour + 30 * MINUTE), to: iso(hour + 90 * MINUTE), interval: '1h' }
    expect(await bucketsOf(window)).toEqual([
      { timestamp: iso(hour), count: 2 },
      { timestamp: iso(hour + HOUR), count: 1 },
    ])
  })

  test('late and out-of-order events are counted where they belong', async () => {
    const event_name = fresh('late')
    const hour = freshHour()
    const window = { event_name, from: iso(hour), to: iso(hour + 3 * HOUR), interval: '1h' }
    await store(event_name, [iso(hour + 2 * HOUR), iso(hour)])
    expect((await bucketsOf(window)).map(({ count }) => count)).toEqual([1, 0, 1])
    await store(event_name, [iso(hour + HOUR), iso(hour)])
    expect((await bucketsOf(window)).map(({ count }) => count)).toEqual([2, 1, 1])
  })

  test('as recounting the events in plain code says, whatever the window', async () => {
    const event_name = fresh('recount')
    const hour = freshHour()
    const widths = {
      '1m': MINUTE,
      '5m': 5 * MINUTE,
      '15m': 15 * MINUTE,
      '1h': HOUR,
      '6h': 6 * HOUR,
      '1d': DAY,
    } as const
    const instants: number[] = []
    const offset = fc.integer({ min: 0, max: 3 * DAY })
    const property = fc.asyncProperty(
      fc.array(offset, { minLength: 1, maxLength: 20 }),
      fc.tuple(offset, offset).filter(([a, b]) => a !== b),
      fc.constantFrom(...(Object.keys(widths) as (keyof typeof widths)[])),
      async (added, edges, interval) => {
        instants.push(...added.map((ms) => hour + ms))
        await store(
          event_name,
          added.map((ms) => new Date(hour + ms).toISOString()),
        )
        const widthMs = widths[interval]
        const from = hour + Math.min(...edges)
        const to = Math.min(hour + Math.max(...edges), from + 1400 * widthMs)
        const first = Math.floor(from / widthMs) * widthMs
        const expected = Array.from({ length: Math.ceil((to - first) / widthMs) }, (_, i) => first + i * widthMs)
        const buckets = await bucketsOf({
          event_name,
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
          interval,
        })
        expect(buckets).toEqual(
          expected.map((start) => ({
            timestamp: iso(start),
            count: instants.filter((ms) => ms >= Math.max(start, from) && ms < Math.min(start + widthMs, to)).length,
          })),
        )
      },
    )
    await fc.assert(property, { numRuns: 40 })
  })
})

describe('`tz` (IANA name) aligns day and week buckets', () => {
  test.each([
    ['UTC', '2024-06-10T00:00:00Z', DAY],
    ['Europe/Zurich', '2024-06-09T22:00:00Z', DAY],
    ['America/New_York', '2024-06-10T04:00:00Z', DAY],
    ['Asia/Kolkata', '2024-06-09T18:30:00Z', DAY],
    ['Asia/Kathmandu', '2024-06-09T18:15:00Z', DAY],
    ['Pacific/Kiritimati', '2024-06-09T10:00:00Z', DAY],
  ])('days of %s begin at %s', async (tz, midnight, lengthMs) => {
    const ms = Date.parse(midnight)
    const event_name = fresh('day')
    await store(
      event_name,
      [ms - 1, ms, ms + lengthMs - 1, ms + lengthMs].map((at) => new Date(at).toISOString()),
    )
    const window = { event_name, from: iso(ms - DAY), to: iso(ms + 2 * DAY), interval: '1d', tz }
    expect(await bucketsOf(window)).toEqual([
      { timestamp: iso(ms - DAY), count: 1 },
      { timestamp: midnight, count: 2 },
      { timestamp: iso(ms + DAY), count: 1 },
    ])
  })

  test.each([
    ['2024-03-31 in Europe/Zurich has 23 hours', 'Europe/Zurich', '2024-03-30T23:00:00Z', '2024-03-31T22:00:00Z'],
    ['2024-10-27 in Europe/Zurich has 25 hours', 'Europe/Zurich', '2024-10-26T22:00:00Z', '2024-10-27T23:00:00Z'],
    ['2024-04-07 in Lord Howe has 24.5 hours', 'Australia/Lord_Howe', '2024-04-06T13:00:00Z', '2024-04-07T13:30:00Z'],
  ])('a day on which the clocks change: %s', async (_what, tz, start, end) => {
    const event_name = fresh('dst')
    const [from, to] = [Date.parse(start), Date.parse(end)]
    await store(
      event_name,
      [from - 1, from, to - 1, to].map((at) => new Date(at).toISOString()),
    )
    const buckets = await bucketsOf({ event_name, from: iso(from), to: iso(to + 1), interval: '1d', tz })
    expect(buckets).toEqual([
      { timestamp: start, count: 2 },
      { timestamp: end, count: 1 },
    ])
  })

  test('weeks of a zone begin at a midnight of that zone, seven of its days apart', async () => {
    const event_name = fresh('week')
    const window = { event_name, from: '2024-03-01', to: '2024-05-01', interval: '1w', tz: 'Europe/Zurich' }
    const starts = (await bucketsOf(window)).map(({ timestamp }) => timestamp)
    const local = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Zurich',
      dateStyle: 'short',
      timeStyle: 'short',
    })
    const shown = starts.map((start) => local.format(Date.parse(start)))
    expect(shown.map((text) => text.slice(-5))).toEqual(shown.map(() => '00:00'))
    const days = shown.map((text) => Date.parse(text.slice(0, 10)) / DAY)
    expect(days.slice(1).map((day, i) => day - (days[i] as number))).toEqual(days.slice(1).map(() => 7))
  })

  test('left out it is UTC', async () => {
    const [first] = await bucketsOf({
      event_name: fresh('utc'),
      from: '2024-06-10T05:00:00Z',
      to: '2024-06-12',
      interval: '1d',
    })
    expect(first?.timestamp).toBe('2024-06-10T00:00:00Z')
  })

  test.each(['Mars/Olympus', '+05:30', '', 'Europe', '../etc', 'UTC+1'])('%j is no zone: 400', async (tz) => {
    const answer = await secret.get(`${ANALYTICS}?${new URLSearchParams({ tz }).toString()}`)
    expectError(answer, 400, 'invalid_request')
    expect(answer.body['message']).toContain('tz')
  })
})
