import { gzipSync } from 'node:zlib'
import { BATCH_PATH, EVENT_PATH, MAX_BATCH_EVENTS, MAX_BODY_BYTES } from '@truecount/protocol'
import type { BatchAnswer, EventInput } from '@truecount/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { startRecordingCollector } from '../src/index.ts'
import type { RecordingCollector, RecordingCollectorOptions } from '../src/index.ts'

const running: RecordingCollector[] = []

async function start(options: RecordingCollectorOptions = {}): Promise<RecordingCollector> {
  const collector = await startRecordingCollector(options)
  running.push(collector)
  return collector
}

afterEach(async () => {
  for (const collector of running.splice(0)) await collector.stop()
})

const event = (key: string, name = 'seen'): EventInput => ({ event_name: name, idempotency_key: key })

const post = (
  collector: RecordingCollector,
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) =>
  fetch(collector.url + path, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer test', 'content-type': 'application/json', ...headers },
  })

const postBatch = (collector: RecordingCollector, events: readonly unknown[]) =>
  post(collector, BATCH_PATH, JSON.stringify(events))

describe('stores each key once', () => {
  test('a batch gets one verdict an event, in order, and a bad event does not block its neighbours', async () => {
    const collector = await start()
    const response = await postBatch(collector, [event('a'), { event_name: '' }, event('b'), event('a')])
    expect(response.status).toBe(202)
    const answer = (await response.json()) as BatchAnswer
    expect(answer).toMatchObject({
      accepted: 3,
      rejected: 1,
      results: [
        { status: 'accepted' },
        { status: 'rejected', error: 'invalid_request', message: 'Event name is required' },
        { status: 'accepted' },
        { status: 'accepted', duplicate: true },
      ],
    })
    expect([...collector.stored]).toEqual([
      ['a', event('a')],
      ['b', event('b')],
    ])
    expect([...collector.received]).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  test('a repeated single event is answered with the first id and marked as replayed', async () => {
    const collector = await start()
    const first = await post(collector, EVENT_PATH, JSON.stringify(event('a')))
    const repeat = await post(collector, EVENT_PATH, JSON.stringify(event('a')))
    expect([first.status, repeat.status]).toEqual([202, 202])
    expect([first.headers.get('idempotency-replayed'), repeat.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ])
    const answer = await first.json()
    expect(answer).toEqual({
      event_id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      status: 'accepted',
    })
    expect(await repeat.json()).toEqual(answer)
  })

  test('events without a key are stored each time', async () => {
    const collector = await start()
    await postBatch(collector, [{ event_name: 'x' }, { event_name: 'x' }])
    expect(collector.stored.size).toBe(2)
    expect(collector.received.size).toBe(0)
  })

  test('a batch of which nothing is accepted is 400 with the verdicts and the error', async () => {
    const collector = await start()
    const response = await postBatch(collector, [null])
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ accepted: 0, rejected: 1, error: 'invalid_request', code: 400 })
  })
})

describe('reads what a sender may send', () => {
  test('gzip', async () => {
    const collector = await start()
    const body = gzipSync(JSON.stringify([event('z')]))
    const response = await post(collector, BATCH_PATH, body, { 'content-encoding': 'gzip' })
    expect(response.status).toBe(202)
    expect(collector.requests[0]?.body).toEqual(body)
    expect(collector.requests[0]?.events).toEqual([event('z')])
  })

  test('a simple request: text/plain with the key in the query; answers are readable by any page', async () => {
    const collector = await start({ now: () => 1234 })
    const response = await fetch(`${collector.url}${BATCH_PATH}?key=pk`, {
      method: 'POST',
      body: JSON.stringify([event('s')]),
    })
    expect(response.status).toBe(202)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(collector.requests).toMatchObject([
      { method: 'POST', path: `${BATCH_PATH}?key=pk`, events: [event('s')], at: 1234, outcome: 'ok' },
    ])
  })

  const oversized = Buffer.alloc(MAX_BODY_BYTES + 1, ' ')
  test.each<[string, number, string, string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    ['no key', 401, BATCH_PATH, '[]', { authorization: '' }],
    ['another content type', 415, BATCH_PATH, '[]', { 'content-type': 'application/xml' }],
    ['broken JSON', 400, BATCH_PATH, '[', {}],
    ['an empty batch', 400, BATCH_PATH, '[]', {}],
    ['no array', 400, BATCH_PATH, '{}', {}],
    ['too many events', 400, BATCH_PATH, JSON.stringify(Array(MAX_BATCH_EVENTS + 1).fill(event('k'))), {}],
    ['a body too large', 413, BATCH_PATH, oversized, {}],
    ['a body too large once unpacked', 413, BATCH_PATH, gzipSync(oversized), { 'content-encoding': 'gzip' }],
    ['no gzip', 400, BATCH_PATH, 'x', { 'content-encoding': 'gzip' }],
    ['another encoding', 415, BATCH_PATH, 'x', { 'content-encoding': 'br' }],
    ['an unknown route', 404, '/api/v1/other', '[]', {}],
    ['an invalid single event', 400, EVENT_PATH, '{"event_name":7}', {}],
  ])('%s is %i, nothing is stored', async (_, expected, path, body, headers) => {
    const collector = await start()
    const response = await post(collector, path, body, headers)
    expect(response.status).toBe(expected)
    expect(await response.json()).toMatchObject({ code: expected, message: expect.any(String) })
    expect(collector.stored.size).toBe(0)
    expect(collector.requests).toHaveLength(1)
  })

  test('a preflight is not answered as one, and is recorded', async () => {
    const collector = await start()
    const response = await fetch(collector.url + BATCH_PATH, { method: 'OPTIONS' })
    expect(response.status).toBe(405)
    expect(response.headers.get('access-control-allow-headers')).toBe(null)
    expect(collector.requests).toMatchObject([{ method: 'OPTIONS', outcome: 'refused' }])
  })

  test('limits can be narrowed', async () => {
    const collector = await start({ limits: { maxBatchEvents: 1 } })
    expect((await postBatch(collector, [event('a'), event('b')])).status).toBe(400)
    expect((await postBatch(collector, [event('a')])).status).toBe(202)
  })

  test('pages are served and not recorded', async () => {
    const collector = await start({ pages: { '/': { type: 'text/html', body: '<p>Hi</p>' } } })
    const response = await fetch(`${collector.url}/?a=1`)
    expect(response.headers.get('content-type')).toBe('text/html')
    expect(await response.text()).toBe('<p>Hi</p>')
    expect(collector.requests).toHaveLength(0)
  })
})

describe('waits for facts', () => {
  test('a wait ends with the fact it waits for', async () => {
    const collector = await start()
    const waited = collector.waitFor(({ stored }) => stored.has('b'))
    await postBatch(collector, [event('a')])
    await postBatch(collector, [event('b')])
    await waited
    expect(collector.requests).toHaveLength(2)
  })

  test('a wait in vain says what was wanted and what was seen', async () => {
    const collector = await start()
    await postBatch(collector, [event('the-key')])
    const waited = collector.waitFor(({ stored }) => stored.size === 77, 20)
    await expect(waited).rejects.toThrow(/stored\.size === 77[^]*1 stored[^]*the-key[^]*1 events ok/)
  })

  test('an error in the predicate ends the wait', async () => {
    const collector = await start()
    const waited = collector.waitFor(() => {
      throw new Error('from the predicate')
    })
    await expect(waited).rejects.toThrow('from the predicate')
  })
})
