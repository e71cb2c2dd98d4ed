import { MAX_BATCH_EVENTS } from '@truecount/protocol'
import { createManualClock } from '@truecount/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTracker, type Tracker } from '../../src/node/index.ts'
import { createTestCollector, lostAck, partialReject, retryAfter, status } from '../../src/testing/index.ts'
import { createCollectorInMemory, type TestCollector } from '../../src/testing/test-collector.ts'

const ENDPOINT = 'https://collector.test'
const BATCH = `${ENDPOINT}/api/v1/events/batch?key=tc_pk_test`

let collector: TestCollector
let tracker: Tracker

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  collector = createTestCollector()
  tracker = createTracker({ key: 'tc_pk_test', endpoint: ENDPOINT, fetch: collector.fetch })
})

afterEach(() => vi.useRealTimers())

/** Sends all that waits, whatever backoff it takes. */
async function flushThrough(): Promise<void> {
  const flushed = tracker.flush({ timeoutMs: 600_000 })
  while (tracker.stats().waiting > 0) await vi.advanceTimersByTimeAsync(1000)
  await flushed
}

const post = (body: string, url = BATCH, headers: Record<string, string> = { 'Content-Type': 'text/plain' }) =>
  collector.fetch(url, { method: 'POST', headers, body })

describe('what arrived can be asked for', () => {
  test('events by name, keys and requests', async () => {
    tracker.track('signup', { plan: 'pro' })
    tracker.track('login', undefined, { idempotencyKey: 'own-key' })
    await tracker.flush()
    expect(collector.events('signup')).toEqual([
      expect.objectContaining({ event_name: 'signup', metadata: { plan: 'pro' } }),
    ])
    expect(collector.events().map(({ event_name }) => event_name)).toEqual(['signup', 'login'])
    expect(collector.keys).toEqual([expect.stringMatching(/^tc1\..{16}\.1$/), 'own-key'])
    expect(collector.requests).toEqual([
      {
        url: expect.stringMatching(
          /^https:\/\/collector\.test\/api\/v1\/events\/batch\?key=tc_pk_test&sent_at=\d+&waiting=0$/,
        ),
        key: 'tc_pk_test',
        status: 202,
        events: [expect.anything(), expect.anything()],
      },
    ])
  })

  test("the SDK's own reports are there by name only", async () => {
    await post(JSON.stringify([{ event_name: '$dropped' }, { event_name: 'mine' }]))
    expect(collector.events()).toEqual([{ event_name: 'mine' }])
    expect(collector.events('$dropped')).toHaveLength(1)
  })

  test('clear() forgets events, requests and faults', async () => {
    collector.failNext(status(500))
    await post('[{"event_name":"one","idempotency_key":"k"}]')
    collector.failNext(status(500))
    collector.clear()
    expect([collector.events(), collector.requests, collector.keys]).toEqual([[], [], []])
    expect((await post('[{"event_name":"two","idempotency_key":"k"}]')).status).toBe(202)
  })
})

describe('waiting for events', () => {
  test('resolves at once, or as soon as there are enough', async () => {
    const two = collector.waitForEvents({ name: 'signup', count: 2 })
    await post('[{"event_name":"signup"},{"event_name":"login"}]')
    await post('[{"event_name":"signup"}]')
    expect(await two).toHaveLength(2)
    expect(await collector.waitForEvents({ count: 3 })).toHaveLength(3)
  })

  test('rejects with what was seen', async () => {
    const clock = createManualClock()
    collector = createCollectorInMemory(clock)
    await post('[{"event_name":"login"}]')
    const waited = collector.waitForEvents({ name: 'signup', timeoutMs: 50 })
    const message = waited.then(String, String)
    await clock.advance(50)
    expect(await message).toMatch(/waited 50 ms for 1 "signup" events, got 0(.|\n)*202: login/)
  })

  test('says what to do where nothing came at all', async () => {
    const clock = createManualClock()
    const waited = createCollectorInMemory(clock).waitForEvents()
    const message = waited.then(String, String)
    await clock.advance(5000)
    expect(await message).toContain('does the tracker have `fetch: collector.fetch`?')
  })
})

describe('faults', () => {
  test('lostAck: stored, the answer lost; the repeat is a duplicate, so nothing is lost and nothing doubled', async () => {
    collector.failNext(lostAck())
    tracker.track('signup')
    await flushThrough()
    expect(collector.requests.map((request) => request.status)).toEqual([undefined, 202])
    expect(collector.events('signup')).toHaveLength(1)
    expect(tracker.stats()).toMatchObject({ delivered: 1, duplicates: 1, waiting: 0 })
  })

  test('status(503).times(2): nothing is stored until the third request', async () => {
    collector.failNext(status(503).times(2))
    tracker.track('signup')
    await flushThrough()
    expect(collector.requests.map((request) => request.status)).toEqual([503, 503, 202])
    expect(collector.events('signup')).toHaveLength(1)
  })

  test('retryAfter(2): the tracker waits two seconds, and not less', async () => {
    const waits: number[] = []
    tracker.on('retry', ({ afterMs }) => waits.push(afterMs))
    collector.failNext(retryAfter(2))
    tracker.track('signup')
    await flushThrough()
    expect(collector.requests.map((request) => request.status)).toEqual([429, 202])
    expect(waits).toHaveLength(1)
    expect(waits[0]).toBeGreaterThanOrEqual(2000)
  })

  test('partialReject: the one is rejected and told, its neighbours are stored', async () => {
    const told: string[] = []
    tracker.on('dropped', ({ reason }) => told.push(reason))
    collector.failNext(partialReject(({ event_name }) => event_name === 'bad'))
    for (const name of ['good', 'bad', 'fine']) tracker.track(name)
    await tracker.flush()
    expect(collector.events().map(({ event_name }) => event_name)).toEqual(['good', 'fine'])
    expect(told).toEqual(['rejected'])
  })

  test('follow one another, and then all is well', async () => {
    collector.failNext(status(500), status(503).times(2))
    collector.failNext(retryAfter(1))
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) statuses.push((await post('[{"event_name":"e"}]')).status)
    expect(statuses).toEqual([500, 503, 503, 429, 202])
  })

  test('a request that breaks the contract uses up none', async () => {
    collector.failNext(status(503))
    expect((await post('not JSON')).status).toBe(400)
    expect((await post('[{"event_name":"e"}]')).status).toBe(503)
  })

  test('what makes no sense is refused where it is written', () => {
    expect(() => status(200)).toThrow('from 400 to 599, got 200')
    expect(() => lostAck().times(0)).toThrow('above 0, got 0')
  })
})

describe('what a test sends by hand gets the answer of a collector', () => {
  test('gzip is unpacked', async () => {
    const packed = new Response('[{"event_name":"zipped"}]').body?.pipeThrough(new CompressionStream('gzip'))
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip', Authorization: 'Bearer tc_pk_1' }
    const body = await new Response(packed ?? null).arrayBuffer()
    await collector.fetch(new Request(BATCH, { method: 'POST', headers, body }))
    expect(collector.events('zipped')).toHaveLength(1)
    expect(collector.requests[0]?.key).toBe('tc_pk_1')
  })

  test('one event alone, and its repeat', async () => {
    const one = `${ENDPOINT}/api/v1/events?key=tc_pk_test`
    const first = await post('{"event_name":"e","idempotency_key":"k"}', one)
    const repeat = await post('{"event_name":"e","idempotency_key":"k"}', one)
    expect(await repeat.json()).toEqual(await first.json())
    expect([first.headers.get('Idempotency-Replayed'), repeat.headers.get('Idempotency-Replayed')]).toEqual([
      null,
      'true',
    ])
  })

  test.each([
    ['no key', `${ENDPOINT}/api/v1/events/batch`, '[{"event_name":"e"}]', 401, 'unauthorized'],
    ['a secret key in the URL', `${ENDPOINT}/api/v1/events/batch?key=tc_sk_1`, '[]', 403, 'forbidden'],
    ['another route', `${ENDPOINT}/api/v2/events?key=k`, '[]', 404, 'not_found'],
    ['an empty batch', BATCH, '[]', 400, 'invalid_request'],
    ['too many events', BATCH, `[${'{},'.repeat(MAX_BATCH_EVENTS)}{}]`, 400, 'batch_too_large'],
    ['too large a body', BATCH, ' '.repeat(1024 * 1024 + 1), 413, 'payload_too_large'],
  ])('%s is refused', async (_, url, body, code, error) => {
    const response = await post(body, url)
    expect(await response.json()).toEqual({ error, code, message: expect.any(String) })
    expect(response.status).toBe(code)
  })
})
