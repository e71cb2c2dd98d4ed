import { request } from 'node:http'
import { startWebhookSink } from '@truecount/testkit'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { type AddressList, readAddressList } from '../src/http/address-list.ts'
import { clientAddress } from '../src/http/client-address.ts'
import { redactUrl } from '../src/http/redact-url.ts'
import { createJsonLog } from '../src/log.ts'
import { StoreError } from '../src/store/store-error.ts'
import { answerOf, startTestApp, type TestApp, type TestAppOptions } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp(options)
  stops.push(app.stop)
  return app
}

const logged = () => {
  const lines: string[] = []
  return {
    lines,
    log: createJsonLog(
      (line) => lines.push(line),
      () => 0,
      'debug',
    ),
  }
}

describe('/readyz', () => {
  test('says ready after a real write, which changes nothing', async () => {
    const app = await started()
    const answer = await answerOf(fetch(`${app.url}/readyz`))
    expect([answer.status, answer.body]).toEqual([200, { status: 'ready' }])
  })

  test(
    'is 503 in the error shape while nothing can be written; /healthz is 200 all the time',
    { timeout: 30_000 },
    async () => {
      const app = await started()
      const other = new Database(app.dbPath)
      other.exec('BEGIN IMMEDIATE')
      const answer = await answerOf(fetch(`${app.url}/readyz`))
      expect([answer.status, answer.body.error]).toEqual([503, 'unavailable'])
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
      other.exec('ROLLBACK')
      other.close()
      expect((await fetch(`${app.url}/readyz`)).status).toBe(200)
    },
  )
})

test('While another process holds the file, requests wait for it and all others are answered', async () => {
  const app = await started()
  const other = new Database(app.dbPath)
  other.exec('BEGIN IMMEDIATE')
  const sent = app.post('/api/v1/events', { event_name: 'a' })
  const metrics = async () => (await (await fetch(`${app.url}/metrics`)).text()).split('\n')
  await expect.poll(metrics).toContain('events_received_total 1')
  expect((await app.get('/api/v1/analytics/events')).body.count).toBe(0)
  other.exec('ROLLBACK')
  other.close()
  expect((await sent).status).toBe(202)
  expect((await app.get('/api/v1/analytics/events')).body.count).toBe(1)
})

test('/metrics counts what came, what became of it, what SDKs dropped, commits and deliveries', async () => {
  const app = await started()
  const sink = await startWebhookSink({ answer: () => ({ kind: 'status', code: 204 }) })
  stops.push(sink.stop)
  await app.post('/api/v1/webhooks', { url: sink.url, events: ['a'] })
  const lane = (seq: number) => `tc1.AAAAAAAAAAAAAAAA.${seq}`
  await app.post('/api/v1/events/batch', [
    { event_name: 'a', idempotency_key: lane(1) },
    { event_name: 'b', idempotency_key: lane(1) },
    { event_name: '' },
    { event_name: '$dropped', metadata: { reasons: { queue_full: 2 } }, idempotency_key: lane(4) },
  ])
  await sink.waitFor((all) => all.length === 1)
  const lines = async () => (await (await fetch(`${app.url}/metrics`)).text()).split('\n')
  await expect.poll(lines).toContain('webhook_deliveries_total{outcome="delivered"} 1')
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'events_received_total 4',
      'events_stored_total 2',
      'events_duplicate_total 1',
      'events_rejected_total{reason="invalid_request"} 1',
      'client_reported_dropped_total{reason="queue_full"} 2',
      'db_commit_seconds_count 1',
      'webhook_delivery_seconds_count 1',
    ]),
  )
  const head = await fetch(`${app.url}/metrics`, { method: 'HEAD' })
  expect(head.headers.get('content-type')).toMatch(/^text\/plain; version=/)
})

describe('A request id', () => {
  test('that came is used, one that is not fit for a log is replaced, and every answer has one', async () => {
    const { lines, log } = logged()
    const app = await started({ log })
    const idOf = async (given?: string) => {
      const headers = given === undefined ? {} : { 'x-request-id': given }
      return (await fetch(`${app.url}/nothing`, { headers })).headers.get('x-request-id')
    }
    expect(await idOf('trace-1')).toBe('trace-1')
    for (const strange of ['a b', '"', 'x'.repeat(129), undefined])
      expect(await idOf(strange)).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.parse(lines[0] as string)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      msg: 'request',
      request_id: 'trace-1',
      method: 'GET',
      url: '/nothing',
      status: 404,
      duration_ms: expect.any(Number),
      client: '127.0.0.1',
    })
  })
})

describe('The log', () => {
  test('holds no key, no secret and no body, whatever is sent where', async () => {
    const { lines, log } = logged()
    const app = await started({
      log,
      wrapStore: (store) => ({
        ...store,
        ledger: { ingest: () => Promise.reject(new StoreError('unavailable', 'full', new Error('disk'))) },
      }),
    })
    const event = { event_name: 'private', user_id: 'private', metadata: { private: 'private' } }
    await app.post('/api/v1/events', event)
    const url = `${app.url}/api/v1/events`
    const simple = { method: 'POST', body: JSON.stringify(event) }
    for (const query of [
      `?key=${app.publishableKey}`,
      `?k%65y=${app.publishableKey}`,
      `?a=1&key=${app.secretKey}&b=2`,
    ]) {
      await fetch(url + query, simple)
    }
    await fetch(`${app.url}/${app.secretKey}`)
    await app.post('/api/v1/webhooks', { url: 'http://127.0.0.1/private', secret: 'private' })
    expect(lines).toHaveLength(9)
    const text = lines.join('')
    expect(text).toContain('"error":"full: Error: disk"')
    for (const hidden of [app.secretKey, app.publishableKey, 'private']) expect(text).not.toContain(hidden)
    expect(text).toContain('"url":"/api/v1/events?a=1&key=redacted&b=2"')
  })

  test.each([
    ['/a?x=1&y=é', '/a?x=1&y=é'],
    ['/a?KEY=x&x=?', '/a?key=redacted&x=?'],
    ['/a?x=tc_sk_abc', '/a?key=redacted'],
    ['/tc_pk_a-b_c/x', '/tc_pk_redacted/x'],
    ['/a?%', '/a?%'],
  ])('%s is written as %s', (url, written) => {
    expect(redactUrl(url)).toBe(written)
  })
})

describe('Where a request came from', () => {
  const { list } = readAddressList(['10.0.0.0/8', '::1', '127.0.0.1']) as { list: AddressList }

  test.each([
    ['203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['::1', '6.6.6.6, 1.2.3.4, 10.1.1.1', '1.2.3.4'],
    ['::ffff:127.0.0.1', '1.2.3.4', '1.2.3.4'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['127.0.0.1', 'unknown', '127.0.0.1'],
    ['127.0.0.1', '10.0.0.1', '10.0.0.1'],
  ])('%s, said to be for %s, is %s: only what trusted proxies add is believed', (remote, forwarded, client) => {
    expect(clientAddress(remote, forwarded, list.has)).toBe(client)
  })

  test.each(['localhost', '10.0.0.0/33', '10.0.0.0/8/8', '', '::1/129', '10.0.0.1/x'])('%s is no proxy', (entry) => {
    expect(readAddressList([entry])).toEqual({ problem: entry })
  })

  test('stands in the log', async () => {
    const { lines, log } = logged()
    const app = await started({ log, isTrusted: list.has })
    await fetch(`${app.url}/healthz`, { headers: { 'x-forwarded-for': '1.2.3.4' } })
    expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'debug', client: '1.2.3.4' })
  })
})

describe('Methods', () => {
  test('HEAD is GET without the body', async () => {
    const app = await started()
    for (const path of ['/healthz', '/api/v1/webhooks', '/api/v1/analytics/events']) {
      const headers = { authorization: `Bearer ${app.secretKey}` }
      const got = await fetch(app.url + path, { headers })
      const body = await got.text()
      const head = await fetch(app.url + path, { method: 'HEAD', headers })
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
    }
  })

  test('OPTIONS and 405 name what is allowed, on every path', async () => {
    const app = await started()
    for (const path of new Set(app.routes.map((route) => route.path))) {
      const at = app.url + path.replace(/:\w+/g, 'x')
      const allowed = app.routes.filter((route) => route.path === path).map(({ method }) => method)
      const options = await fetch(at, { method: 'OPTIONS' })
      expect([200, 204]).toContain(options.status)
      for (const method of allowed) expect(options.headers.get('allow')).toContain(method)
      const wrong = await answerOf(fetch(at, { method: 'PUT' }))
      expect(wrong.body).toMatchObject({ error: 'method_not_allowed', code: 405 })
      for (const method of allowed) expect(wrong.headers.get('allow')).toContain(method)
    }
    const unheard = await new Promise<number | undefined>((resolve) => {
      request(`${app.url}/api/v1/events`, { method: 'PROPFIND' }, ({ statusCode }) => resolve(statusCode)).end()
    })
    expect(unheard).toBe(405)
  })
})
