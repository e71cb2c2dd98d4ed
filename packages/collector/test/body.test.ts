import { once } from 'node:events'
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { MAX_BODY_BYTES } from '@truecount/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSocket } from './open-socket.ts'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

const IMPATIENT = { idleMs: 150, totalMs: 400 }

let app: TestApp
let impatient: TestApp
beforeAll(async () => {
  app = await startTestApp()
  impatient = await startTestApp({ bodyTimes: IMPATIENT, connectionTimes: { headMs: 200, idleMs: 5_000 } })
})
afterAll(async () => {
  await app.stop()
  await impatient.stop()
})

const send = (body: string | Uint8Array, headers: Record<string, string> = {}, path = '/api/v1/events') =>
  answerOf(
    fetch(app.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : Buffer.from(body),
    }),
  )
const storedCount = async () => (await app.get('/api/v1/analytics/delivery')).body.stored as number

/** Brotli at its best would take seconds for a bomb. */
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }
const brotli = (text: string | Buffer) => brotliCompressSync(text, quick)
const COMPRESS = { gzip: gzipSync, 'x-gzip': gzipSync, deflate: deflateSync, br: brotli }

describe.each(Object.entries(COMPRESS))('A body in %s', (encoding, compress) => {
  const sendEncoded = (text: string | Buffer) => send(compress(text), { 'content-encoding': encoding })

  test('is read as what it was', async () => {
    const before = await storedCount()
    expect((await sendEncoded('{"event_name":"é"}')).status).toBe(202)
    expect((await sendEncoded('{"event_name":"a"}'.padEnd(MAX_BODY_BYTES, ' '))).status).toBe(202)
    expect(await storedCount()).toBe(before + 2)
  })

  test('that inflates to more than 1 MB is 413, and costs no more than that', async () => {
    const bomb = compress(Buffer.alloc(64 * MAX_BODY_BYTES, ' '))
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES)
    const before = process.memoryUsage.rss()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(bomb, { 'content-encoding': encoding })))
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual(
      answers.map(() => [413, 'payload_too_large']),
    )
    expect(process.memoryUsage.rss() - before).toBeLessThan(8 * 32 * MAX_BODY_BYTES)
  })

  test('that is cut off or something else is 400', async () => {
    const whole = compress('{"event_name":"a"}')
    for (const body of [whole.subarray(0, -4), Buffer.from('{"event_name":"a"}')]) {
      const answer = await send(body, { 'content-encoding': encoding })
      expect(answer.body).toEqual({
        error: 'invalid_request',
        message: expect.stringContaining(`not the ${encoding} it says it is`),
        code: 400,
      })
    }
  })
})

test('Another encoding, or two, is 415 with the encodings that are read', async () => {
  for (const encoding of ['zstd', 'gzip, br', 'constructor']) {
    const answer = await send('{}', { 'content-encoding': encoding })
    expect(answer.body).toMatchObject({ error: 'unsupported_media_type', code: 415 })
    expect(answer.headers.get('accept-encoding')).toBe('gzip, deflate, br')
  }
})

describe('A slow sender', () => {
  const head = (length: string) =>
    [
      'POST /api/v1/events HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${impatient.secretKey}`,
      'Content-Type: application/json',
      length,
      '',
      '',
    ].join('\r\n')

  test('that stops within the body gets 408 in the error shape', async () => {
    const { socket, answer } = await openSocket(impatient.url)
    socket.write(`${head('Content-Length: 100')}{"event_name":`)
    expect(await answer).toMatch(/^HTTP\/1.1 408 [\s\S]*"error":"request_timeout"/)
  })

  test('that drips, so that it never stops, gets 408 too, and is cut off', { timeout: 30_000 }, async () => {
    const { socket, answer } = await openSocket(impatient.url)
    socket.write(head('Content-Length: 100000'))
    const drip = setInterval(() => socket.write(' '), 20)
    expect(await answer).toMatch(/^HTTP\/1.1 408 [\s\S]*"error":"request_timeout"/)
    clearInterval(drip)
  })

  test('is not who sent in time while the collector was held up', async () => {
    const body = '{"event_name":"a"}'
    const { socket, answer } = await openSocket(impatient.url)
    socket.write(head(`Content-Length: ${body.length}\r\nConnection: close`) + body.slice(0, 5))
    await once(impatient.server, 'request')
    // So that it is being read.
    await new Promise(setImmediate)
    socket.write(body.slice(5))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * IMPATIENT.totalMs)
    expect(await answer).toMatch(/^HTTP\/1.1 202 /)
  })

  test('that never ends its head gets 408 in the error shape', async () => {
    const { socket, answer } = await openSocket(impatient.url)
    socket.write('POST /api/v1/events HTTP/1.1\r\nHost: x\r\n')
    expect(await answer).toMatch(/^HTTP\/1.1 408 [\s\S]*"error":"request_timeout"/)
  })
})

describe('What never becomes a request', () => {
  test('a head of 100 KB is 431 in the error shape', async () => {
    const { socket, answer } = await openSocket(app.url)
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`)
    expect(await answer).toMatch(/^HTTP\/1.1 431 [\s\S]*"error":"headers_too_large","message":"[^"]+","code":431\}$/)
  })

  test('noise is 400 in the error shape', async () => {
    const { socket, answer } = await openSocket(app.url)
    socket.write('\x16\x03\x01 hello\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1.1 400 [\s\S]*"error":"invalid_request"/)
  })
})

test('A route that wants no body takes none, or JSON, and refuses what else comes as any route does', async () => {
  const { key } = await app.newProject('secret')
  for (const [path, status] of [
    ['/users', 201],
    ['/api/v1/keys/none/rotate', 404],
    ['/api/v1/webhooks/none/test', 404],
    ['/api/v1/webhooks/none/rotate-secret', 404],
    ['/api/v1/webhooks/none/deliveries/none/redeliver', 404],
  ] as const) {
    const statusOf = async (type?: string, body?: string) => {
      const headers = { authorization: `Bearer ${key}`, ...(type === undefined ? {} : { 'content-type': type }) }
      const sent = body === undefined ? {} : { body }
      return (await fetch(app.url + path, { method: 'POST', headers, ...sent })).status
    }
    const statuses = [
      await statusOf(),
      await statusOf('application/json'),
      await statusOf('application/json', '{"name":"ada"}'),
      await statusOf('application/json', '{'),
      await statusOf('text/plain', '{}'),
      await statusOf('application/x-www-form-urlencoded', 'name=ada'),
    ]
    expect({ path, statuses }).toEqual({ path, statuses: [status, status, status, 400, 415, 415] })
  }
})

describe('Strange JSON', () => {
  test.each([
    ['event_name', '{"event_name":"\\ud800"}'],
    ['user_id', '{"event_name":"a","user_id":"x\\udfff"}'],
    ['idempotency_key', '{"event_name":"a","idempotency_key":"\\ud800\\ud800"}'],
  ])(
    'half of a surrogate pair in %s is rejected in words: two different texts must not become one',
    async (_, json) => {
      const { body } = await send(json)
      expect(body).toMatchObject({ error: 'invalid_request', code: 400 })
      expect(body.message).toContain('half of a surrogate pair')
    },
  )

  test('whole pairs, NUL, half pairs in metadata and names such as __proto__ are kept as they came', async () => {
    const metadata = '{"__proto__":{"a":1},"constructor":"\\u0000\\ud800","😀":"a\\u0000b"}'
    const { key } = await app.newProject('secret')
    const auth = { authorization: `Bearer ${key}` }
    for (const name of ['n\\u0000a', 'n\\u0000b', '😀']) {
      expect((await send(`{"event_name":"${name}","user_id":"${name}","metadata":${metadata}}`, auth)).status).toBe(202)
    }
    const series = await app.get('/api/v1/analytics/events?event_name=n%00a&period=1h', key)
    expect(series.body).toMatchObject({ count: 1, unique_users: 1 })
    expect((await app.get('/api/v1/analytics/events', key)).body).toMatchObject({ count: 3, unique_users: 3 })
    const tried = await app.post('/api/v1/rules/test', { conditions: {} }, key)
    expect(tried.body.events.map((event: { event_name: string }) => event.event_name).toSorted()).toEqual(
      ['n\0a', 'n\0b', '😀'].toSorted(),
    )
    for (const event of tried.body.events) expect(JSON.stringify(event.metadata)).toBe(metadata)
  })

  test('numbers in metadata are doubles: digits beyond are lost, and what no double holds is null', async () => {
    const { key } = await app.newProject('secret')
    const numbers = '[9007199254740993,9007199254740991,0.1,1e400,-0,"9007199254740993"]'
    await send(`{"event_name":"a","metadata":{"n":${numbers}}}`, { authorization: `Bearer ${key}` })
    const tried = await app.post('/api/v1/rules/test', { conditions: {} }, key)
    const kept = [9007199254740992, 9007199254740991, 0.1, null, 0, '9007199254740993']
    expect(tried.body.events[0].metadata).toEqual({ n: kept })
  })

  test('of a name that stands twice the last counts', async () => {
    const { key } = await app.newProject('secret')
    await send('{"event_name":"first","event_name":"last"}', { authorization: `Bearer ${key}` })
    expect((await app.get('/api/v1/analytics/events?event_name=last', key)).body.count).toBe(1)
  })

  test('metadata may be 1,000 deep, and a level more is rejected, on every stack', async () => {
    const { key } = await app.newProject('secret')
    const auth = { authorization: `Bearer ${key}` }
    const nested = (arrays: number) => `{"a":${'['.repeat(arrays)}${']'.repeat(arrays)}}`
    const sendDeep = (arrays: number) => send(`{"event_name":"a","metadata":${nested(arrays)}}`, auth)
    expect((await sendDeep(999)).status).toBe(202)
    for (const arrays of [1_000, 5_100, 200_000]) {
      expect((await sendDeep(arrays)).body).toEqual({
        error: 'invalid_request',
        message: 'metadata must be nested at most 1000 deep',
        code: 400,
      })
    }
    const conditions = { 'metadata.a': { $exists: true } }
    const tried = await app.post('/api/v1/rules/test', { conditions }, key)
    expect(tried.body).toMatchObject({ tested: 1, matched: 1 })
    expect(JSON.stringify(tried.body.events[0].metadata)).toBe(nested(999))
  })

  test('in an encoding other than UTF-8 is 415, and bytes that are no UTF-8 are 400', async () => {
    const utf16 = { 'content-type': 'application/json; charset=utf-16' }
    expect((await send('{}', utf16)).body).toMatchObject({ error: 'unsupported_media_type', code: 415 })
    const quoted = { 'content-type': 'application/json; charset="UTF-8"' }
    expect((await send('{"event_name":"a"}', quoted)).status).toBe(202)
    expect((await send(Buffer.from([0x7b, 0xc3, 0x28, 0x7d]))).body).toMatchObject({
      error: 'invalid_request',
      message: expect.stringContaining('not valid UTF-8'),
      code: 400,
    })
  })
})
