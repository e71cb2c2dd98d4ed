import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, collector, EVENTS, secret } from './client.ts'
import { countOf } from './count.ts'
import { expectAlive } from './expect-alive.ts'
import { fresh } from './fresh.ts'
import { eventRequest, exchange, type Exchanged, requestHead } from './raw-socket.ts'

const json = { 'content-type': 'application/json' }
const close = { connection: 'close' }

afterEach(() => expectAlive())

/** Refused with a 4xx, in the documented shape, or by closing the connection; not by silence, and never with a 5xx. */
function expectRefused({ answers, endedBy, text }: Exchanged): void {
  expect({ endedBy, text }).toMatchObject({ endedBy: expect.not.stringMatching('time') })
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    // What can't be read as HTTP may be refused before there is anybody to write JSON.
    expect(body === '' ? ['code', 'error', 'message'] : Object.keys(JSON.parse(body) as object).sort()).toEqual([
      'code',
      'error',
      'message',
    ])
  }
}

describe('Pipelining', () => {
  test('20 requests in one go are answered in order, each stored once', async () => {
    const event_name = fresh('pipelined')
    const requests = Array.from({ length: 20 }, (_, i) =>
      eventRequest({ event_name, idempotency_key: `${event_name} ${i}` }, i === 19 ? close : {}),
    )
    const { answers } = await exchange({ chunks: [requests.join('')] })
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202))
    const ids = answers.map(({ body }) => (JSON.parse(body) as { event_id: string }).event_id)
    const again = await secret.post(
      BATCH,
      Array.from({ length: 20 }, (_, i) => ({ event_name, idempotency_key: `${event_name} ${i}` })),
    )
    expect((again.body['results'] as { event_id: string }[]).map(({ event_id }) => event_id)).toEqual(ids)
    expect(await countOf(event_name)).toBe(20)
  })

  test('a bad request among good ones costs no good one', async () => {
    const event_name = fresh('among')
    const requests = [
      eventRequest({ event_name }),
      eventRequest({ event_name: 1 }),
      eventRequest({ event_name }, close),
    ]
    const { answers } = await exchange({ chunks: [requests.join('')] })
    expect(answers.map(({ status }) => status)).toEqual([202, 400, 202])
    expect(await countOf(event_name)).toBe(2)
  })

  test('what follows a refused body is not taken for a request', async () => {
    const smuggled = eventRequest({ event_name: fresh('smuggled') })
    const name = /smuggled_\w+/.exec(smuggled)?.[0] as string
    const length = String(smuggled.length)
    const head = requestHead('POST', EVENTS, { 'content-type': 'text/csv', 'content-length': length, ...close })
    const { answers } = await exchange({ chunks: [head + smuggled] })
    expect(answers.map(({ status }) => status)).toEqual([415])
    expect(await countOf(name)).toBe(0)
  })
})

describe('Pieces', () => {
  test('a request that comes byte by byte is a request', async () => {
    const event_name = fresh('bytes')
    const request = eventRequest({ event_name, user_id: 'Zoë 😀' }, close)
    const { answers } = await exchange({ chunks: Array.from(Buffer.from(request), (byte) => Buffer.from([byte])) })
    expect(answers.map(({ status }) => status)).toEqual([202])
    expect(await countOf(event_name)).toBe(1)
  })

  test('a chunked body', async () => {
    const event_name = fresh('chunked')
    const parts = ['{"event_', `name":"${event_name}"`, '}'].map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    const head = requestHead('POST', EVENTS, { 'transfer-encoding': 'chunked', ...json, ...close })
    const { answers } = await exchange({ chunks: [head, ...parts, '0\r\n\r\n'] })
    expect(answers.map(({ status }) => status)).toEqual([202])
    expect(await countOf(event_name)).toBe(1)
  })

  test.each([
    'zz\r\n{}\r\n0\r\n\r\n',
    '-1\r\n{}\r\n',
    'ffffffffffffffff\r\n{}',
    '2;x="\r\n{}\r\n0\r\n\r\n\u0000',
    '2\r\n{}XX0\r\n\r\n',
  ])('a chunk that is none: %j', async (chunk) => {
    const head = requestHead('POST', EVENTS, { 'transfer-encoding': 'chunked', ...json, ...close })
    expectRefused(await exchange({ chunks: [head, chunk], end: true }))
  })

  test('an event whose sender leaves before its end is not stored', async () => {
    const event_name = fresh('left')
    const request = eventRequest({ event_name, metadata: { a: 'x'.repeat(1000) } })
    for (const cut of [1, 500, 1020]) {
      const { answers } = await exchange({ chunks: [request.slice(0, -cut)], end: true })
      expect(answers.filter(({ status }) => status < 400)).toEqual([])
    }
    expect(await countOf(event_name)).toBe(0)
  })
})

describe('Slow senders', () => {
  test('200 connections that never finish their requests hold up nobody', async () => {
    const { hostname, port } = new URL(collector.url)
    const unfinished = [
      '',
      'POST /api/v1/events HT',
      requestHead('POST', EVENTS, { 'content-length': '100', ...json }).slice(0, -2),
      `${requestHead('POST', EVENTS, { 'content-length': '100', ...json })}{"event_`,
    ]
    const sockets: Socket[] = []
    for (let i = 0; i < 200; i++) {
      const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''))
      socket.on('error', () => undefined)
      await new Promise((connected) => socket.once('connect', connected))
      socket.write(unfinished[i % unfinished.length] as string)
      sockets.push(socket)
    }
    const event_name = fresh('meanwhile')
    for (let i = 0; i < 50; i++) expect((await secret.post(EVENTS, { event_name })).status).toBe(202)
    for (const socket of sockets) socket.destroy()
    expect(await countOf(event_name)).toBe(50)
  })

  test('a reader that reads nothing holds up nobody', async () => {
    const { hostname, port } = new URL(collector.url)
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''))
    socket.on('error', () => undefined)
    await new Promise((connected) => socket.once('connect', connected))
    socket.pause()
    socket.write(requestHead('GET', `${ANALYTICS}?period=366d&interval=6h`).repeat(100))
    const event_name = fresh('meanwhile')
    for (let i = 0; i < 20; i++) expect((await secret.post(EVENTS, { event_name })).status).toBe(202)
    socket.destroy()
    expect(await countOf(event_name)).toBe(20)
  })
})

describe('Heads', () => {
  test.each([
    ['one header of 100 KB', { 'x-long': 'x'.repeat(102_400) }],
    ['5,000 headers', Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x-${i}`, 'x']))],
    ['a key of 100 KB', { authorization: `Bearer ${'x'.repeat(102_400)}` }],
  ])('%s', async (_what, headers) => {
    expectRefused(
      await exchange({
        chunks: [requestHead('POST', EVENTS, { ...json, 'content-length': '2', ...close, ...headers }), '{}'],
      }),
    )
  })

  test('a path of 100 KB', async () => {
    expectRefused(await exchange({ chunks: [requestHead('GET', `/${'x'.repeat(102_400)}`, close)] }))
    expectRefused(
      await exchange({ chunks: [requestHead('GET', `${ANALYTICS}?event_name=${'x'.repeat(102_400)}`, close)] }),
    )
  })

  test.each([['-1'], ['1e3'], ['0x10'], ['99999999999999999999999'], ['9007199254740993'], ['2, 3'], ['abc']])(
    'Content-Length: %s',
    async (length) => {
      const head = requestHead('POST', EVENTS, { ...json, ...close, 'content-length': length })
      expectRefused(await exchange({ chunks: [`${head}{}`], end: true }))
    },
  )

  test('Content-Length and Transfer-Encoding at once', async () => {
    const event_name = fresh('both')
    const body = JSON.stringify({ event_name })
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const head = requestHead('POST', EVENTS, {
      ...json,
      ...close,
      'content-length': '4',
      'transfer-encoding': 'chunked',
    })
    expectRefused(await exchange({ chunks: [head + chunked], end: true }))
    expect(await countOf(event_name)).toBe(0)
  })

  test.each([
    ['no request at all', 'hello\r\n\r\n'],
    ['a TLS greeting', Buffer.from('16030100a5010000a10303', 'hex')],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['NULs', '\u0000'.repeat(1000)],
    ['a method that is none', requestHead('FOO', EVENTS, close)],
    ['a header without a name', `POST ${EVENTS} HTTP/1.1\r\nhost: x\r\n: x\r\n\r\n`],
    ['a header with NUL', `POST ${EVENTS} HTTP/1.1\r\nhost: x\r\nx: a\u0000b\r\n\r\n`],
    ['no host', `POST ${EVENTS} HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}`],
    ['a whole URL of another host', requestHead('GET', 'http://other.example/api/v1/nothing', close)],
    ['a path without a slash', requestHead('GET', 'api', close)],
    ['a path of nothing but %', requestHead('GET', '/%', close)],
    ['a path above the root', requestHead('GET', '/../../../etc/passwd', close)],
    ['CONNECT', requestHead('CONNECT', 'example.com:443', close)],
    [
      'an upgrade',
      requestHead('GET', '/api/v1/nothing', { connection: 'Upgrade', upgrade: 'websocket' }).replace(
        '\r\n\r\n',
        '\r\nsec-websocket-key: x\r\n\r\n',
      ),
    ],
    [
      'Expect of something unknown',
      requestHead('POST', EVENTS, { ...json, ...close, expect: 'x', 'content-length': '2' }),
    ],
  ])('%s', async (_what, bytes) => {
    expectRefused(await exchange({ chunks: [bytes], end: true }))
  })

  test('Expect: 100-continue is answered, and then the event', async () => {
    const event_name = fresh('expect')
    const [head, body] = eventRequest({ event_name }, { expect: '100-continue', ...close }).split(/(?<=\r\n\r\n)/)
    const { text } = await exchange({ chunks: [head as string, body as string] })
    expect(text).toMatch(/^HTTP\/1.1 100 /)
    expect(text).toMatch(/HTTP\/1.1 202 /)
    expect(await countOf(event_name)).toBe(1)
  })
})

describe('HTTP/1.0', () => {
  test('a request without Host is taken, and the connection closed', async () => {
    const body = JSON.stringify({ event_name: fresh('ten') })
    const head = `POST ${EVENTS} HTTP/1.0\r\nauthorization: Bearer ${collector.secretKey}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
    const { answers, endedBy } = await exchange({ chunks: [head + body] })
    expect(answers.map(({ status }) => status)).toEqual([202])
    expect(endedBy).toBe('collector')
  })
})

describe('Other methods', () => {
  test.each(['TRACE', 'QUERY', 'PUT', 'LINK', 'M-SEARCH', 'PURGE'])(
    '%s is refused, and stores nothing',
    async (method) => {
      const event_name = fresh('method')
      const request = eventRequest({ event_name }, close).replace(/^POST/, method)
      const exchanged = await exchange({ chunks: [request] })
      expectRefused(exchanged)
      expect(exchanged.answers[0]?.status).toBe(405)
      expect(await countOf(event_name)).toBe(0)
    },
  )

  test('HEAD has no body', async () => {
    for (const path of [ANALYTICS, EVENTS, '/api/v1/nothing']) {
      const { text } = await exchange({ chunks: [requestHead('HEAD', path, close)] })
      expect(text).toMatch(/^HTTP\/1\.1 (200|404|405) [\s\S]*\r\n\r\n$/)
    }
  })
})
