import { DROPPED_EVENT_NAME, formatLaneKey } from '@truecount/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApp, type TestApp } from './start-test-app.ts'

const HOUR_MS = 3_600_000
const NOW = Date.parse('2024-03-15T12:30:00Z')
const DELIVERY = '/api/v1/analytics/delivery'

let nowMs = NOW
let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ now: () => nowMs })
})
afterAll(() => app.stop())

let lanes = 0
const newLane = () => String((lanes += 1)).padStart(16, 'b')

/** Events of a lane with these numbers. */
const numbered = (lane: string, ...seqs: number[]) =>
  seqs.map((seq) => ({ event_name: 'e', idempotency_key: formatLaneKey(lane, seq) }))

const send = (key: string, events: readonly object[], query = '') =>
  app.post(`/api/v1/events/batch${query}`, events, key)

const books = async (key: string, query = '') => (await app.get(`${DELIVERY}${query}`, key)).body

const at = (hoursAgo: number) => new Date(NOW - hoursAgo * HOUR_MS).toISOString()

describe('The books of a window', () => {
  test('take in every lane that was active in it, whole, and events without a lane that came in it', async () => {
    const { key } = await app.newProject('secret')
    const [early, long, late] = [newLane(), newLane(), newLane()]
    nowMs = NOW - 10 * HOUR_MS
    await send(key, [...numbered(early, 1, 3), ...numbered(long, 1), { event_name: 'without' }])
    nowMs = NOW - 2 * HOUR_MS
    await send(key, [...numbered(long, 4), ...numbered(late, 2), { event_name: 'without' }, { event_name: 'without' }])
    nowMs = NOW
    const figures = async (query: string) => {
      const { captured, stored, missing } = await books(key, query)
      return [captured, stored, missing]
    }
    // early: 3 captured, 2 stored; long: 4 and 2; late: 2 and 1.
    expect(await figures('')).toEqual([3 + 4 + 2 + 3, 2 + 2 + 1 + 3, 1 + 2 + 1])
    expect(await figures('?period=366d')).toEqual([12, 8, 4])
    expect(await figures('?period=3h')).toEqual([4 + 2 + 2, 2 + 1 + 2, 2 + 1])
    expect(await figures('?period=1h')).toEqual([0, 0, 0])
    expect(await figures(`?from=${at(7)}&to=${at(5)}`)).toEqual([4, 2, 2])
    expect(await figures(`?from=${at(12)}&to=${at(10.6)}`)).toEqual([0, 0, 0])
    // Activity is known to the hour: both lanes came at 02:30.
    expect(await figures(`?from=${at(12)}&to=${at(10.4)}`)).toEqual([3 + 4 + 1, 2 + 2 + 1, 1 + 2])
    expect(await figures(`?from=${at(9.6)}&to=${at(9.4)}`)).toEqual([3 + 4 + 1, 2 + 2 + 1, 1 + 2])
  })

  test('tell reasons of its lanes alone, and nothing of what was deleted', async () => {
    const { key } = await app.newProject('secret')
    const [before, within] = [newLane(), newLane()]
    const report = (lane: string, seq: number, reasons: object) => ({
      event_name: DROPPED_EVENT_NAME,
      metadata: { reasons },
      idempotency_key: formatLaneKey(lane, seq),
    })
    nowMs = NOW - 48 * HOUR_MS
    await send(key, [
      report(before, 4, { queue_full: 3 }),
      { event_name: '', idempotency_key: formatLaneKey(before, 5) },
    ])
    nowMs = NOW
    await send(key, [
      report(within, 3, { too_large: 1 }),
      { event_name: '', idempotency_key: formatLaneKey(within, 4) },
    ])
    const whole = await books(key)
    expect(whole).toMatchObject({ deleted: 0, dropped: 4, dropped_by_reason: { queue_full: 3, too_large: 1 } })
    expect(whole).toMatchObject({ rejected: 2, rejected_by_reason: { invalid_request: 2 }, missing: 1 })
    const { deleted, ...day } = await books(key, '?period=24h')
    expect(deleted).toBeUndefined()
    expect(day).toMatchObject({ captured: 4, stored: 1, missing: 1, dropped: 1, dropped_by_reason: { too_large: 1 } })
    expect(day).toMatchObject({ rejected: 1, rejected_by_reason: { invalid_request: 1 } })
  })

  test.each([
    ['by=user', /by must be lane/],
    ['after=x', /need by=lane/],
    ['limit=5', /need by=lane/],
    ['by=lane&limit=101', /limit must be/],
    ['period=1y', /period must be/],
    ['to=2024-01-01', /to needs from/],
  ])('%s is refused in words', async (query, message) => {
    const { status, body } = await app.get(`${DELIVERY}?${query}`)
    expect({ status, ...body }).toEqual({
      status: 400,
      error: 'invalid_request',
      message: expect.stringMatching(message),
      code: 400,
    })
  })
})

describe('A gap', () => {
  test('is healed by what comes late, in whatever order, and never below nothing', async () => {
    const { key } = await app.newProject('secret')
    const lane = newLane()
    await send(key, numbered(lane, 9))
    expect(await books(key)).toMatchObject({ captured: 9, stored: 1, missing: 8 })
    await send(key, numbered(lane, 4, 2, 7, 9))
    expect(await books(key)).toMatchObject({ captured: 9, stored: 4, missing: 5, duplicates_prevented: 1 })
    await send(key, numbered(lane, 8, 1, 3, 5, 6))
    expect(await books(key)).toMatchObject({ captured: 9, stored: 9, missing: 0 })
  })

  test('that was told as dropped is none, and one dropped event that came after all is stored', async () => {
    const { key } = await app.newProject('secret')
    const lane = newLane()
    const metadata = { reasons: { refused: 2 } }
    await send(key, [{ event_name: DROPPED_EVENT_NAME, metadata, idempotency_key: formatLaneKey(lane, 3) }])
    expect(await books(key)).toMatchObject({ captured: 3, stored: 1, dropped: 2, missing: 0 })
    await send(key, numbered(lane, 1))
    const healed = { captured: 3, stored: 2, dropped: 1, dropped_by_reason: { refused: 1 }, missing: 0 }
    expect(await books(key)).toMatchObject(healed)
  })

  test('at the end of a lane is known where a drop report tells the last number', async () => {
    const { key } = await app.newProject('secret')
    const lane = newLane()
    const metadata = { reasons: { queue_full: 3 }, last: 6 }
    await send(key, [
      ...numbered(lane, 1),
      { event_name: DROPPED_EVENT_NAME, metadata, idempotency_key: formatLaneKey(lane, 2) },
    ])
    expect(await books(key)).toMatchObject({ captured: 6, stored: 2, dropped: 3, missing: 1 })
  })

  test('is shown with its lane, newest lane first, a bounded page at a time', async () => {
    const { key } = await app.newProject('secret')
    const gapped = Array.from({ length: 5 }, newLane)
    const whole = newLane()
    nowMs = NOW - 30 * HOUR_MS
    for (const lane of gapped.slice(0, 2)) await send(key, numbered(lane, 3, 5))
    nowMs = NOW
    for (const lane of gapped.slice(2)) await send(key, numbered(lane, 3, 5))
    await send(key, numbered(whole, 1, 2))
    const first = await books(key, '?by=lane&limit=3')
    expect(first.lanes.map(({ lane }: { lane: string }) => lane)).toEqual(gapped.slice(2).toReversed())
    expect(first.next).toBe(gapped[2])
    expect(first.lanes[0]).toEqual({
      lane: gapped[4],
      first_seen: '2024-03-15T12:30:00Z',
      last_seen: '2024-03-15T12:30:00Z',
      captured: 5,
      stored: 2,
      duplicates_prevented: 0,
      rejected: 0,
      dropped: 0,
      missing: 3,
      waiting: 0,
      gaps: [
        { first: 1, last: 2 },
        { first: 4, last: 4 },
      ],
    })
    const second = await books(key, `?by=lane&limit=3&after=${first.next}`)
    expect(second.lanes.map(({ lane }: { lane: string }) => lane)).toEqual([gapped[1], gapped[0]])
    expect(second.next).toBeNull()
    const day = await books(key, '?by=lane&period=24h')
    expect([day.lanes.length, day.next]).toEqual([3, null])
    expect((await books(key, '?by=lane&after=nobody')).lanes).toEqual([])
  })
})

describe('Waiting', () => {
  test('is the last word of a sender for the lane of its last event, whatever comes late', async () => {
    const { key } = await app.newProject('secret')
    const lane = newLane()
    await send(key, numbered(lane, 1), `?sent_at=${NOW - 2_000}&waiting=7`)
    expect(await books(key)).toMatchObject({ waiting: 7, captured: 1 })
    await send(key, numbered(lane, 2, 3), `?sent_at=${NOW - 1_000}&waiting=5`)
    await send(key, numbered(lane, 1), `?sent_at=${NOW - 2_000}&waiting=7`)
    expect(await books(key)).toMatchObject({ waiting: 5 })
    await send(key, numbered(lane, 4), `?sent_at=${NOW}&waiting=much`)
    expect(await books(key)).toMatchObject({ waiting: 4 })
    await send(key, numbered(lane, 5), `?sent_at=${NOW}&waiting=8&waiting=9`)
    expect(await books(key)).toMatchObject({ waiting: 3 })
  })

  test('of a dead sender grows less as somebody else sends what it left, one lane after the other', async () => {
    const { key } = await app.newProject('secret')
    const [dead, other, heir] = [newLane(), newLane(), newLane()]
    await send(key, numbered(dead, 1), `?sent_at=${NOW - 5_000}&waiting=4`)
    await send(key, numbered(dead, 2, 3))
    expect(await books(key)).toMatchObject({ waiting: 2 })
    await send(key, numbered(dead, 4), `?sent_at=${NOW - 2_000}&waiting=3`)
    expect(await books(key)).toMatchObject({ waiting: 3 })
    await send(key, [...numbered(dead, 5), ...numbered(other, 1)], `?sent_at=${NOW - 1_000}&waiting=9`)
    expect(await books(key)).toMatchObject({ waiting: 9 })
    await send(key, [...numbered(other, 2), ...numbered(heir, 1)], `?sent_at=${NOW}&waiting=0`)
    expect(await books(key)).toMatchObject({ waiting: 0, missing: 0 })
  })
})

describe('Completeness', () => {
  const counts = async (key: string, query = '') => (await app.get(`/api/v1/analytics/events${query}`, key)).body

  test('is what is stored of what the lanes of the window captured', async () => {
    const { key } = await app.newProject('secret')
    nowMs = NOW - 30 * HOUR_MS
    await send(key, numbered(newLane(), 10))
    nowMs = NOW
    await send(key, [...numbered(newLane(), 1, 2, 4), { event_name: 'without' }])
    expect(await counts(key)).toMatchObject({ count: 4, completeness: 0.75 })
    expect(await counts(key, '?period=2d')).toMatchObject({ completeness: 4 / 14 })
  })

  test('is not told where there are no lanes', async () => {
    const { key } = await app.newProject('secret')
    await send(key, [{ event_name: 'without' }, { event_name: 'keyed', idempotency_key: 'order-1' }])
    expect(Object.keys(await counts(key))).toEqual(['count', 'unique_users', 'time_buckets'])
  })
})

test('The metrics show the books of all projects', async () => {
  const { body: _, ...answer } = await app.get('/healthz')
  expect(answer.status).toBe(200)
  const text = await (await fetch(`${app.url}/metrics`)).text()
  const figure = (name: string) =>
    Number(new RegExp(`^books_events\\{figure="${name}"\\} (\\d+)$`, 'm').exec(text)?.[1])
  expect(figure('captured')).toBeGreaterThan(50)
  expect(figure('captured')).toBe(figure('stored') + figure('rejected') + figure('dropped') + figure('missing'))
  expect(figure('waiting')).toBe(3)
})
