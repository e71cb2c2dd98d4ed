import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  always,
  createManualClock,
  createRandom,
  dropReply,
  dropRequest,
  garbage,
  hang,
  ok,
  partialReject,
  seeded,
  sequence,
  startRecordingCollector,
  status,
  type Fault,
  type RecordingCollector,
} from '@truecount/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTracker } from '../src/node/index.ts'
import { expectBooksClosed, startSdk } from './start-sdk.ts'

const SEED = 7

let collector: RecordingCollector
beforeEach(async () => {
  collector = await startRecordingCollector()
})
afterEach(() => collector.stop())

const FAULTS: [string, Fault[]][] = [
  ['requests are cut before they are stored', [dropRequest, dropRequest]],
  ['replies are lost after the events are stored', [dropReply, dropReply]],
  ['the collector is unavailable', [status(503), status(500), status(502)]],
  ['it answers garbage and claims success', [garbage(200), garbage(202)]],
  ['it never answers', [hang, hang]],
  ['it asks to wait', [status(429, { retryAfter: 0 }), status(503, { retryAfter: 'Thu, 01 Jan 1970 00:00:00 GMT' })]],
  ['one after another', [dropReply, garbage(), hang]],
]

test.each(FAULTS)(
  'no event is lost and none stored twice where %s',
  async (_, faults) => {
    collector.setFaults(sequence(faults, ok))
    const tracker = startSdk(collector.url, { requestTimeoutMs: 150 })
    for (let i = 0; i < 150; i++) tracker.track('a', { i })
    expect(await tracker.shutdown({ timeoutMs: 20_000 })).toEqual({ delivered: 150, waiting: 0, dropped: 0 })
    expect(collector.requests.length).toBeGreaterThan(faults.length)
    expectBooksClosed(tracker, collector)
    expect([...collector.stored.values()].map(({ metadata }) => metadata?.['i'])).toEqual(
      Array.from({ length: 150 }, (__, i) => i),
    )
  },
  30_000,
)

test(`no event is lost and none stored twice under random faults (seed ${SEED})`, async () => {
  collector.setFaults(seeded(createRandom(SEED), { dropReply: 0.2, dropRequest: 0.05, garbage: 0.05, 503: 0.05 }))
  const tracker = startSdk(collector.url, { maxBatchEvents: 25 })
  for (let i = 0; i < 300; i++) tracker.track('a', { i })
  expect(await tracker.shutdown({ timeoutMs: 25_000 })).toMatchObject({ delivered: 300, waiting: 0 })
  expect(collector.requests.some(({ outcome }) => outcome !== 'ok')).toBe(true)
  expectBooksClosed(tracker, collector)
}, 30_000)

test('a repeat is recognised: what a lost reply had stored comes back as a duplicate, and is counted as such', async () => {
  collector.setFaults(sequence([dropReply], ok))
  const tracker = startSdk(collector.url)
  for (let i = 0; i < 20; i++) tracker.track('a')
  await tracker.shutdown()
  expect(tracker.stats()).toMatchObject({ delivered: 20, duplicates: 20 })
  expect([...collector.received.values()]).toEqual(Array(20).fill(2))
  expectBooksClosed(tracker, collector)
})

test('Retry-After is obeyed on the wire: nothing arrives before the collector is ready', async () => {
  collector.setFaults(sequence([status(429, { retryAfter: 1 })], ok))
  const tracker = startSdk(collector.url)
  tracker.track('a')
  await collector.waitFor(({ requests }) => requests.length === 1)
  tracker.track('b')
  await tracker.shutdown()
  const [first, second] = collector.requests
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000)
  expectBooksClosed(tracker, collector)
})

test('a collector that is down for a while gets everything once it is back', async () => {
  await collector.goDown()
  const tracker = startSdk(collector.url)
  const failed = new Promise((resolve) => tracker.on('retry', resolve))
  for (let i = 0; i < 120; i++) tracker.track('a')
  await failed
  await collector.comeBack()
  expect(await tracker.shutdown({ timeoutMs: 20_000 })).toMatchObject({ delivered: 120, waiting: 0 })
  expectBooksClosed(tracker, collector)
}, 30_000)

test('an event that the collector rejects costs no other, and the books name it', async () => {
  collector.setFaults(always(partialReject(({ metadata }) => metadata?.['i'] === 13)))
  const tracker = startSdk(collector.url)
  const reasons: string[] = []
  tracker.on('dropped', ({ reason }) => reasons.push(reason))
  for (let i = 0; i < 40; i++) tracker.track('a', { i })
  expect(await tracker.shutdown()).toEqual({ delivered: 39, waiting: 0, dropped: 1 })
  expect(reasons).toEqual(['rejected'])
  expect(tracker.stats().rejected).toBe(1)
  expectBooksClosed(tracker, collector)
})

test('a body limit below one batch is learned, and only what no request can hold is dropped, and told', async () => {
  await collector.stop()
  collector = await startRecordingCollector({ limits: { maxBodyBytes: 4000 } })
  const tracker = startSdk(collector.url)
  for (let i = 0; i < 60; i++) tracker.track(i === 31 ? 'huge' : 'a', { padding: 'x'.repeat(i === 31 ? 9000 : 300) })
  expect(await tracker.shutdown({ timeoutMs: 20_000 })).toEqual({ delivered: 60, waiting: 0, dropped: 1 })
  const names = [...collector.stored.values()].map(({ event_name }) => event_name)
  expect(names.filter((name) => name === 'a')).toHaveLength(59)
  expect([...collector.stored.values()].find(({ event_name }) => event_name === '$dropped')).toMatchObject({
    metadata: { reasons: { too_large: 1 } },
  })
  expectBooksClosed(tracker, collector)
}, 30_000)

test('fewer events to a batch than the contract allows: every event arrives all the same', async () => {
  await collector.stop()
  collector = await startRecordingCollector({ limits: { maxBatchEvents: 4 } })
  const tracker = startSdk(collector.url)
  for (let i = 0; i < 50; i++) tracker.track('a', { i })
  expect(await tracker.shutdown()).toEqual({ delivered: 50, waiting: 0, dropped: 0 })
  expectBooksClosed(tracker, collector)
})

test('shutdown returns in its time against a collector that never answers, with the truth about what is left', async () => {
  collector.setFaults(always(hang))
  const tracker = startSdk(collector.url)
  for (let i = 0; i < 10; i++) tracker.track('a')
  expect(await tracker.shutdown({ timeoutMs: 200 })).toEqual({ delivered: 0, waiting: 10, dropped: 0 })
})

test('a request bears key and events as the contract wants them, and nothing that asks for a preflight', async () => {
  const tracker = startSdk(`${collector.url}/`)
  tracker.track('a', { n: 1 }, { userId: 'ann', timestamp: 0 })
  await tracker.shutdown()
  const [request] = collector.requests
  const path = expect.stringMatching(/^\/api\/v1\/events\/batch\?key=tc_pub_test&sent_at=\d{13}&waiting=0$/) as string
  expect(request).toMatchObject({ method: 'POST', path, outcome: 'ok' })
  expect(request?.headers['content-type']).toMatch(/^text\/plain/)
  expect(request?.events).toMatchObject([
    { event_name: 'a', user_id: 'ann', timestamp: '1970-01-01T00:00:00.000Z', metadata: { n: 1 } },
  ])
})

test("a caller's own key is the event's key, over trackers and processes", async () => {
  for (let i = 0; i < 2; i++) {
    const tracker = startSdk(collector.url)
    tracker.track('order', {}, { idempotencyKey: 'order-1' })
    expect(await tracker.shutdown()).toMatchObject({ delivered: 1 })
    expect(tracker.stats().duplicates).toBe(i)
  }
  expect([...collector.stored.keys()]).toEqual(['order-1'])
})

test.each([
  [undefined],
  [null],
  [5],
  ['x'],
  [{}],
  [{ key: Symbol('k'), endpoint: Symbol('e') }],
  [{ key: 'k', endpoint: {} }],
])('createTracker given %j says what is wrong instead of throwing', async (given) => {
  const tracker = createTracker(given as never)
  tracker.track('a')
  expect(await tracker.shutdown()).toEqual({ delivered: 0, waiting: 0, dropped: 0 })
})

test('a clock of the host stamps events and requests, and its timers are the only ones waited for', async () => {
  const clock = createManualClock(Date.UTC(2001, 0, 1))
  const tracker = createTracker({ key: 'tc_pub_test', endpoint: collector.url, clock })
  tracker.track('a')
  const arrived = collector.waitFor(({ stored }) => stored.size === 1)
  await clock.advance(1999)
  expect(collector.requests).toHaveLength(0)
  await clock.advance(1)
  await arrived
  expect(collector.requests[0]?.path).toContain(`&sent_at=${Date.UTC(2001, 0, 1) + 2000}&`)
  expect([...collector.stored.values()]).toMatchObject([{ timestamp: '2001-01-01T00:00:00.000Z' }])
  expect(await tracker.shutdown()).toMatchObject({ waiting: 0 })
})

test('a request that takes too long is broken off, and not only forgotten', async () => {
  let leave: () => void = () => undefined
  const left = new Promise<void>((resolve) => (leave = resolve))
  const server = createServer((request) => request.on('close', leave)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const tracker = startSdk(`http://127.0.0.1:${port}`, { requestTimeoutMs: 50 })
  tracker.track('a')
  await left
  expect(await tracker.shutdown({ timeoutMs: 0 })).toEqual({ delivered: 0, waiting: 1, dropped: 0 })
  server.closeAllConnections()
  server.close()
})
