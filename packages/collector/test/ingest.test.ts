import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { MAX_BODY_BYTES } from '@truecount/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreError } from '../src/store/store-error.ts'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const storedCount = async (on: TestApp = app) => (await on.get('/api/v1/analytics/delivery')).body.stored as number

describe('An event is acknowledged after its commit, never before', () => {
  test('while the commit is under way nothing is answered', async () => {
    let commit = () => {}
    const committing = new Promise<void>((resolve) => (commit = resolve))
    let asked = () => {}
    const beingCommitted = new Promise<void>((resolve) => (asked = resolve))
    const slow = await startTestApp({
      wrapStore: (store) => ({
        ...store,
        ledger: {
          async ingest(batches, plan) {
            asked()
            await committing
            return store.ledger.ingest(batches, plan)
          },
        },
      }),
    })
    let answered = false
    const answer = slow.post('/api/v1/events', { event_name: 'a' }).finally(() => (answered = true))
    await beingCommitted
    // A later request is answered, so the silence of the first is its commit's and not the pipe's.
    expect((await slow.get('/healthz')).status).toBe(200)
    expect(answered).toBe(false)
    commit()
    expect((await answer).status).toBe(202)
    expect(await storedCount(slow)).toBe(1)
    await slow.stop()
  })

  test('a commit that fails is answered with 503 and without the reason', async () => {
    const failing = await startTestApp({
      wrapStore: (store) => ({
        ...store,
        ledger: { ingest: () => Promise.reject(new StoreError('unavailable', 'disk full at /secret/place')) },
      }),
    })
    const answers = [
      await failing.post('/api/v1/events', { event_name: 'a' }),
      await failing.post('/api/v1/events/batch', [{ event_name: 'a' }]),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(503)
      expect(body).toMatchObject({ error: 'unavailable', code: 503 })
      expect(JSON.stringify(body)).not.toContain('secret')
    }
    await failing.stop()
  })
})

test('Requests that arrive in one turn are committed together, and each gets its own verdict', async () => {
  const groups: number[] = []
  const counting = await startTestApp({
    wrapStore: (store) => ({
      ...store,
      ledger: {
        ingest(batches, plan) {
          groups.push(batches.length)
          return store.ledger.ingest(batches, plan)
        },
      },
    }),
  })
  const port = Number(new URL(counting.url).port)
  const sockets = await Promise.all(Array.from({ length: 20 }, () => connected(port)))
  // Node accepts one connection a turn: a first answer shows that each is accepted.
  await Promise.all(
    sockets.map((socket) => {
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
      return once(socket, 'data')
    }),
  )
  // Written in one turn, so that the collector finds all of them in one of its own.
  const answers = sockets.map((socket, i) => {
    socket.write(eventRequest(counting.publishableKey, `{"event_name":"a","idempotency_key":"k${i % 10}"}`))
    return new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
  })
  const texts = await Promise.all(answers)
  expect(texts.every((text) => text.startsWith('HTTP/1.1 202 '))).toBe(true)
  expect(texts.filter((text) => text.includes('Idempotency-Replayed: true'))).toHaveLength(10)
  expect(new Set(texts.map((text) => /"event_id":"([^"]+)"/.exec(text)?.[1])).size).toBe(10)
  expect(groups.reduce((sum, size) => sum + size, 0)).toBe(20)
  expect(Math.max(...groups)).toBeGreaterThan(1)
  expect(await storedCount(counting)).toBe(10)
  for (const socket of sockets) socket.destroy()
  await counting.stop()
})

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  return socket
}

function eventRequest(key: string, body: string, length = body.length): string {
  const head = ['POST /api/v1/events HTTP/1.1', 'Host: x', `Authorization: Bearer ${key}`]
  return [...head, 'Content-Type: application/json', `Content-Length: ${length}`, '', body].join('\r\n')
}

describe('One event', () => {
  test('gets 202 and an id; its repeat the same answer and a header', async () => {
    const event = { event_name: 'user_signed_up', user_id: 'u', idempotency_key: 'once' }
    const before = await storedCount()
    const first = await app.post('/api/v1/events', event)
    const again = await app.post('/api/v1/events', event)
    expect(first.status).toBe(202)
    expect(first.body).toEqual({ event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8/), status: 'accepted' })
    expect(first.headers.has('idempotency-replayed')).toBe(false)
    expect(again.status).toBe(202)
    expect(again.body).toEqual(first.body)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(await storedCount()).toBe(before + 1)
  })

  test('keeps its key to its project', async () => {
    const other = await app.newProject('secret')
    const event = { event_name: 'a', idempotency_key: 'shared' }
    const mine = await app.post('/api/v1/events', event)
    const theirs = await app.post('/api/v1/events', event, other.key)
    expect(theirs.headers.has('idempotency-replayed')).toBe(false)
    expect(theirs.body.event_id).not.toBe(mine.body.event_id)
  })

  test.each([
    [{}, 'Event name is required'],
    [{ event_name: 7 }, 'Event name must be a string, got number'],
    [[], 'An event must be a JSON object, got array'],
    [{ event_name: 'a', timestamp: '2024-02-30' }, /^timestamp must be/],
    [{ event_name: 'a', metadata: { text: 'x'.repeat(10_240) } }, /^metadata must be at most 10240 bytes/],
    [{ event_name: 'a', idempotency_key: '' }, /^idempotency_key must not be empty/],
  ])('that is wrong gets 400 and words: %j', async (event, message) => {
    const answer = await app.post('/api/v1/events', event)
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({ error: 'invalid_request', message: expect.stringMatching(message), code: 400 })
  })
})

describe('A batch', () => {
  test('gets a verdict for each event in order; a bad one never blocks its neighbours', async () => {
    const { status, body } = await app.post('/api/v1/events/batch', [
      { event_name: 'a', idempotency_key: 'twin' },
      { event_name: 'b' },
      { event_name: '' },
      { event_name: 'c', idempotency_key: 'twin' },
    ])
    expect(status).toBe(202)
    expect(body).toEqual({
      accepted: 3,
      rejected: 1,
      results: [
        { event_id: expect.any(String), status: 'accepted' },
        { event_id: expect.any(String), status: 'accepted' },
        { status: 'rejected', error: 'invalid_request', message: 'Event name is required' },
        { event_id: body.results[0].event_id, status: 'accepted', duplicate: true },
      ],
    })
  })

  test('of which nothing was accepted gets 400 with the verdicts and the three error fields', async () => {
    const { status, body } = await app.post('/api/v1/events/batch', [{}])
    expect(status).toBe(400)
    expect(body).toMatchObject({ accepted: 0, rejected: 1, error: 'invalid_request', code: 400 })
    expect(body.results).toHaveLength(1)
    expect(body.message).toContain('Event name is required')
  })

  test.each([[[]], [{}], ['x'], [null]])('must be an array of 1 to 100: %j', async (body) => {
    expect((await app.post('/api/v1/events/batch', body)).body).toMatchObject({ error: 'invalid_request', code: 400 })
  })

  test('of 101 is refused whole', async () => {
    const before = await storedCount()
    const events = Array.from({ length: 101 }, () => ({ event_name: 'a' }))
    expect((await app.post('/api/v1/events/batch', events)).body).toMatchObject({ error: 'batch_too_large', code: 400 })
    expect(await storedCount()).toBe(before)
    expect((await app.post('/api/v1/events/batch', events.slice(1))).body.accepted).toBe(100)
  })
})

describe('A body', () => {
  const send = (headers: Record<string, string>, body: string | Buffer, query = '') =>
    answerOf(fetch(`${app.url}/api/v1/events${query}`, { method: 'POST', headers, body }))
  const bearer = () => ({ authorization: `Bearer ${app.publishableKey}` })

  test('over 1 MB is answered with 413 before it was sent whole', async () => {
    const socket = await connected(Number(new URL(app.url).port))
    const answer = once(socket, 'data').then(String)
    socket.write(eventRequest(app.publishableKey, '{', MAX_BODY_BYTES + 1))
    expect(await answer).toMatch(/^HTTP\/1.1 413 [\s\S]*"error":"payload_too_large"/)
    socket.destroy()
  })

  test('without a length is cut at 1 MB too', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(Buffer.alloc(65_536, ' '))
        controller.close()
      },
    })
    const request = {
      method: 'POST',
      headers: { ...bearer(), 'content-type': 'application/json' },
      body,
      duplex: 'half',
    }
    const answer = await answerOf(fetch(`${app.url}/api/v1/events`, request as RequestInit))
    expect(answer.body).toMatchObject({ error: 'payload_too_large', code: 413 })
    expect((await send({ ...bearer(), 'content-type': 'application/json' }, '{"event_name":"a"}')).status).toBe(202)
  })

  test('of exactly 1 MB is read', async () => {
    const event = '{"event_name":"a"}'
    const answer = await send({ ...bearer(), 'content-type': 'application/json' }, event.padEnd(MAX_BODY_BYTES, ' '))
    expect(answer.status).toBe(202)
  })

  test('must be JSON in UTF-8 and say so', async () => {
    const json = { ...bearer(), 'content-type': 'application/json' }
    expect((await send(json, '{')).body).toMatchObject({ error: 'invalid_request', code: 400 })
    expect((await send(json, Buffer.from([0x22, 0xff, 0x22]))).body.message).toContain('UTF-8')
    const form = { ...bearer(), 'content-type': 'application/x-www-form-urlencoded' }
    expect((await send(form, '{}')).body).toMatchObject({ error: 'unsupported_media_type', code: 415 })
    expect((await send({ ...json, 'content-type': 'application/json; charset=latin1' }, '{}')).status).toBe(415)
  })

  test('nested beyond all sense is a rejection, not a failure', async () => {
    const depth = 200_000
    const event = `{"event_name":"a","metadata":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`
    const answer = await send({ ...bearer(), 'content-type': 'application/json' }, event)
    expect(answer.body).toMatchObject({ error: 'invalid_request', code: 400 })
  })

  test('may be a simple request: text/plain, a publishable key in the URL, readable from any origin', async () => {
    const answer = await send(
      { 'content-type': 'text/plain;charset=UTF-8' },
      '{"event_name":"a"}',
      `?key=${app.publishableKey}`,
    )
    expect(answer.status).toBe(202)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    const preflight = await fetch(`${app.url}/api/v1/events/batch`, { method: 'OPTIONS' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization, Content-Type')
  })

  test('with a secret key in the URL is refused; with one in the header no other origin may read the answer', async () => {
    const refused = await send({ 'content-type': 'text/plain' }, '{"event_name":"a"}', `?key=${app.secretKey}`)
    expect(refused.body).toMatchObject({ error: 'forbidden', code: 403 })
    expect((await app.post('/api/v1/events', { event_name: 'a' })).headers.has('access-control-allow-origin')).toBe(
      false,
    )
  })
})
