import { createManualClock } from '@truecount/testkit'
import { expect, test } from 'vitest'
import { createFetchTransport, type FetchRequest, type FetchResponse } from '../src/send/fetch-transport.ts'
import type { QueuedEvent } from '../src/capture/event-queue.ts'
import type { SendOutcome } from '../src/send/transport.ts'
import { queuedEvent } from './queued-event.ts'

const WAITING = 7
const ACCEPTED = '{"accepted":1,"rejected":0,"results":[{"status":"accepted","event_id":"e"}]}'

const response = (status: number, body: string, retryAfter: string | null = null): FetchResponse => ({
  status,
  headers: { get: (name) => (name.toLowerCase() === 'retry-after' ? retryAfter : null) },
  text: async () => body,
})

function setUp(fetch: (url: string, request: FetchRequest) => Promise<FetchResponse>, endpoint = 'https://c.example') {
  const clock = createManualClock()
  const counts = { reserved: 0, given: 0 }
  const sizes: number[] = []
  const reserve = (bytes: number) => (counts.reserved++, sizes.push(bytes), () => counts.given++)
  const options = { endpoint, key: 'tc_pub&?', clock, requestTimeoutMs: 5000 }
  const transport = createFetchTransport(options, fetch, reserve)
  const send = (mayOutlive: boolean, events: readonly QueuedEvent[] = [queuedEvent('k')]): Promise<SendOutcome> =>
    transport(events, WAITING, mayOutlive)
  return { clock, counts, sizes, send }
}

test.each(['https://c.example', 'https://c.example/', 'https://c.example//'])(
  'a request is CORS-simple, so that no preflight stands before it: %s',
  async (endpoint) => {
    const calls: [string, FetchRequest][] = []
    const { send, counts, clock } = setUp(async (...call) => (calls.push(call), response(202, ACCEPTED)), endpoint)
    expect(await send(true)).toMatchObject({ verdicts: [{ status: 'accepted' }] })
    expect(calls).toEqual([
      [
        `https://c.example/api/v1/events/batch?key=tc_pub%26%3F&sent_at=${clock.now()}&waiting=${WAITING}`,
        {
          method: 'POST',
          body: `[${queuedEvent('k').json}]`,
          keepalive: true,
        },
      ],
    ])
    expect([counts, clock.pending()]).toEqual([{ reserved: 1, given: 1 }, 0])
  },
)

test.each([
  ['rejects', () => Promise.reject(new TypeError('Failed to fetch'))],
  [
    'throws',
    () => {
      throw new Error('blocked')
    },
  ],
  ['rejects with what has no text', () => Promise.reject(Object.create(null) as Error)],
  ['answers with nothing', async () => undefined as never],
  ['breaks off within the body', async () => ({ ...response(202, ''), text: () => Promise.reject(new Error('cut')) })],
])('a fetch that %s is an attempt to repeat, never an exception', async (_, fetch) => {
  const { send, counts, clock } = setUp(fetch)
  expect(await send(true)).toMatchObject({
    kind: 'retry',
    message: expect.stringMatching(/./) as string,
  })
  expect([counts.given, clock.pending()]).toEqual([1, 0])
})

test('a fetch that never answers, abort or not, is given up after its time', async () => {
  const { send, counts, clock } = setUp(() => new Promise(() => undefined))
  const sent = send(true)
  await clock.advance(4999)
  expect(counts.given).toBe(0)
  await clock.advance(1)
  expect(await sent).toEqual({ kind: 'retry', message: 'no answer in 5000 ms', afterMs: 0 })
  expect(counts.given).toBe(1)
})

test('a body that never ends is cut off as well, and the room it had is given back once', async () => {
  let fail: (cause: Error) => void = () => undefined
  const { send, counts, clock } = setUp(async () => ({
    ...response(202, ''),
    text: () => new Promise((_, reject) => (fail = reject)),
  }))
  const sent = send(true)
  await clock.advance(5000)
  fail(new Error('aborted'))
  await clock.advance(0)
  expect(await sent).toMatchObject({ kind: 'retry' })
  expect(counts.given).toBe(1)
})

test('the body is the JSON of exactly the events named, and room is reserved for each byte of it', async () => {
  const bodies: FetchRequest['body'][] = []
  const { send, sizes } = setUp(async (_, { body }) => (bodies.push(body), response(503, '')))
  const json = '{"event_name":"ü€😀"}'
  const events = [queuedEvent('a', 10), queuedEvent('b'), { key: 'u', json, bytes: Buffer.byteLength(json) }]
  await send(true, events)
  await send(true, events.slice(2))
  expect(bodies.map((body) => JSON.parse(String(body)) as unknown)).toEqual([
    events.map((event) => JSON.parse(event.json) as unknown),
    [{ event_name: 'ü€😀' }],
  ])
  expect(sizes).toEqual(bodies.map((body) => Buffer.byteLength(body)))
})

test('Retry-After is read by the clock it is given', async () => {
  const { send, clock } = setUp(async () => response(429, '', new Date(clock.now() + 7000).toUTCString()))
  expect(await send(true)).toMatchObject({ kind: 'retry', afterMs: 7000 })
})

test('each attempt says when it was made, by the clock that stamps events, wherever that stands', async () => {
  const sentAt: (string | null)[] = []
  const { send, clock } = setUp(async (url) => {
    sentAt.push(new URL(url).searchParams.get('sent_at'))
    throw new Error('down')
  })
  const start = clock.now()
  await send(false)
  await clock.advance(1234)
  await send(false)
  clock.jump(-90_000)
  await send(false)
  expect(sentAt).toEqual([start, start + 1234, start + 1234 - 90_000].map(String))
})
