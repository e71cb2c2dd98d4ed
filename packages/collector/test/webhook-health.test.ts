import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createManualClock, startWebhookSink, type WebhookAnswer } from '@truecount/testkit'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { startDeliveryPruner } from '../src/deliver/delivery-pruner.ts'
import { answerOf, startTestApp, type TestAppOptions } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const SECOND_MS = 1_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'

const status = (code: number, headers: Record<string, string> = {}): WebhookAnswer => ({
  kind: 'status',
  code,
  headers,
})

/** A collector whose clock stands still, one webhook for events named `a`, and a sink that answers as `script` says now. */
async function started(options: TestAppOptions = {}) {
  const clock = createManualClock()
  const script: { answer: WebhookAnswer } = { answer: status(204) }
  const sink = await startWebhookSink({ answer: ({ path }) => (path === '/proof' ? status(204) : script.answer) })
  const app = await startTestApp({ now: clock.now, ...options })
  stops.push(app.stop, sink.stop)
  const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['a'], secret: SECRET })
  const at = `/api/v1/webhooks/${webhook.id}`
  const deliveries = async () => (await app.get(`${at}/deliveries?limit=100`)).body.data
  const attempted = async () => (await deliveries()).flatMap(({ attempts }: { attempts: unknown[] }) => attempts)
  return {
    app,
    sink,
    clock,
    script,
    at,
    deliveries,
    send: (count = 1) => app.post('/api/v1/events/batch', Array(count).fill({ event_name: 'a' })),
    change: (method: string, path: string, body?: unknown) =>
      answerOf(
        fetch(app.url + path, {
          method,
          headers: { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    async settled(count: number) {
      await expect.poll(async () => (await attempted()).length).toBe(count)
    },
    async advance(ms: number) {
      await clock.advance(ms)
      app.worker.wake()
    },
    /** An attempt at another webhook proves that whatever was due has been attempted by now. */
    async proveAwake() {
      const before = sink.deliveries.length
      await app.post('/api/v1/webhooks', { url: `${sink.url}/proof`, events: ['proof'] })
      await app.post('/api/v1/events', { event_name: 'proof' })
      await sink.waitFor((all) => all.slice(before).some(({ path }) => path === '/proof'))
      return sink.deliveries.filter(({ path }) => path !== '/proof').length
    },
  }
}

describe('A webhook that asks to slow down', () => {
  test.each([
    ['in seconds', '90'],
    ['with a date', 'Tue, 30 Jan 2024 10:01:30 GMT'],
  ])('is left alone as long as Retry-After says, by every delivery: %s', async (_how, value) => {
    const { send, settled, advance, script, proveAwake, sink, deliveries } = await started()
    script.answer = status(503, { 'retry-after': value })
    await send()
    await settled(1)
    await send()
    await advance(89 * SECOND_MS)
    expect(await proveAwake()).toBe(1)
    const [, first] = await deliveries()
    expect(first.next_attempt_at).toBe('2024-01-30T10:01:30Z')
    script.answer = status(204)
    await advance(SECOND_MS)
    await sink.waitFor((all) => all.filter(({ path }) => path !== '/proof').length === 3)
  })

  test.each([429, 502, 504])(
    'by %s and no more is given longer pauses each time, and none after a success',
    async (code) => {
      const { send, settled, advance, script, app, sink, proveAwake } = await started()
      script.answer = status(code)
      await send(8)
      // All eight were under way together: one pause, not eight.
      await settled(8)
      await advance(5 * SECOND_MS)
      await settled(9)
      await advance(9 * SECOND_MS)
      expect(await proveAwake()).toBe(9)
      script.answer = status(204)
      await advance(SECOND_MS)
      await expect.poll(() => sink.deliveries.filter(({ path }) => path !== '/proof').length).toBeGreaterThan(9)
      const metrics = await (await fetch(`${app.url}/metrics`)).text()
      expect(metrics).toMatch(/^webhook_deliveries_total\{outcome="retry"\} 9$/m)
    },
  )
})

describe('A webhook is switched off, and says why', () => {
  test('by 410 Gone: what waits is held, nothing new goes there, and switching it on goes on', async () => {
    const lines: string[] = []
    const log = (level: string, msg: string, facts = {}) => void lines.push(JSON.stringify({ level, msg, ...facts }))
    const { app, at, send, settled, script, change, deliveries, sink, clock, proveAwake } = await started({ log })
    script.answer = status(410)
    await send()
    await settled(1)
    const shown = (await app.get(at)).body
    expect(shown).toMatchObject({
      status: 'disabled',
      disabled_reason: expect.stringContaining('410 Gone'),
      disabled_at: '2024-01-30T10:00:00Z',
    })
    await expect.poll(() => lines.filter((line) => line.includes('webhook disabled'))).toHaveLength(1)
    expect(lines.find((line) => line.includes('webhook disabled'))).toContain('"reason":"It answered 410 Gone')
    expect(await (await fetch(`${app.url}/metrics`)).text()).toMatch(/^webhooks_disabled_total 1$/m)
    await send()
    expect(await deliveries()).toMatchObject([{ state: 'held', attempts: [{ number: 1, status: 410 }] }])
    await clock.advance(DAY_MS)
    expect(await proveAwake()).toBe(1)
    script.answer = status(204)
    const on = await change('PATCH', at, { status: 'active' })
    expect(on.body).not.toHaveProperty('disabled_reason')
    await sink.waitFor((all) => all.filter(({ path }) => path !== '/proof').length === 2)
    await expect.poll(async () => (await deliveries())[0].state).toBe('delivered')
  })

  test('by failing for five days without a success, and not by failing once after a long silence', async () => {
    const { app, at, send, settled, advance, script } = await started()
    script.answer = status(500)
    await send()
    await settled(1)
    expect((await app.get(at)).body.failing_since).toBe('2024-01-30T10:00:00Z')
    // Nothing was sent for twenty days but what had been given up: that is no failing.
    await advance(20 * DAY_MS)
    await settled(2)
    expect((await app.get(at)).body).toMatchObject({ status: 'active', failing_since: '2024-02-19T10:00:00Z' })
    let made = 2
    for (let day = 1; day <= 4; day++) {
      await advance(DAY_MS)
      await settled((made += 1))
      expect((await app.get(at)).body).toMatchObject({ status: 'active', failing_since: '2024-02-19T10:00:00Z' })
    }
    await advance(DAY_MS)
    await settled(made + 1)
    expect((await app.get(at)).body).toMatchObject({
      status: 'disabled',
      disabled_reason: 'Every attempt failed for 5 days',
    })
  })

  test('and one success in between begins the days anew', async () => {
    const { app, at, send, settled, advance, script } = await started()
    script.answer = status(500)
    await send()
    await settled(1)
    script.answer = status(204)
    await advance(DAY_MS)
    await settled(2)
    expect((await app.get(at)).body).not.toHaveProperty('failing_since')
  })
})

describe('Rotating the secret', () => {
  test('has the old and the new one sign for 24 hours, the body by the new one, and then the new one alone', async () => {
    const { at, app, send, change, sink, advance } = await started()
    const rotated = await change('POST', `${at}/rotate-secret`)
    expect(rotated).toMatchObject({
      status: 200,
      body: { secret: expect.stringMatching(/^whsec_/), previous_secret_signs_until: '2024-01-31T10:00:00Z' },
    })
    expect(JSON.stringify((await app.get(at)).body)).not.toContain('whsec_')
    const [old, fresh] = [new Webhook(SECRET), new Webhook(rotated.body.secret)]
    // The library reads the system's clock: signatures are checked as those of that instant.
    const isSignedBy = (verifier: Webhook, index: number) => {
      const { rawBody, headers } = sink.deliveries[index] as (typeof sink.deliveries)[number]
      const signed = verifier.sign(
        String(headers['webhook-id']),
        new Date(Number(headers['webhook-timestamp']) * 1000),
        rawBody.toString(),
      )
      return String(headers['webhook-signature']).split(' ').includes(signed)
    }
    await send()
    await sink.waitFor((all) => all.length === 1)
    expect([isSignedBy(old, 0), isSignedBy(fresh, 0)]).toEqual([true, true])
    const tested = await change('POST', `${at}/test`)
    expect(tested.body.state).toBe('delivered')
    expect([isSignedBy(old, 1), isSignedBy(fresh, 1)]).toEqual([true, true])
    await advance(DAY_MS)
    await send()
    await sink.waitFor((all) => all.length === 3)
    expect([isSignedBy(old, 2), isSignedBy(fresh, 2)]).toEqual([false, true])
  })

  test('may be done again meanwhile, each old secret signing its 24 hours, but not without end', async () => {
    const { at, send, change, sink } = await started()
    for (let i = 0; i < 4; i++) expect((await change('POST', `${at}/rotate-secret`)).status).toBe(200)
    const refused = await change('POST', `${at}/rotate-secret`)
    expect(refused.body).toMatchObject({
      error: 'conflict',
      message: expect.stringContaining('old secrets still sign'),
    })
    await send()
    await sink.waitFor((all) => all.length === 1)
    expect(String(sink.deliveries[0]?.headers['webhook-signature']).split(' ')).toHaveLength(5)
    // A secret that leaked is replaced at once.
    await change('PATCH', at, { secret: SECRET })
    await send()
    await sink.waitFor((all) => all.length === 2)
    expect(String(sink.deliveries[1]?.headers['webhook-signature']).split(' ')).toHaveLength(1)
    expect((await change('POST', '/api/v1/webhooks/none/rotate-secret')).status).toBe(404)
  })
})

describe('Sending a range again', () => {
  test('takes what waits and what was given up, or the states named, within the window, each under its own id', async () => {
    const { at, send, settled, script, change, advance, deliveries, sink } = await started()
    await send()
    await settled(1)
    await advance(HOUR_MS)
    script.answer = status(500)
    await send(2)
    await settled(3)
    const [, , old] = await deliveries()
    const from = '2024-01-30T11:00:00Z'
    const again = (body: object) => change('POST', `${at}/redeliver`, body)
    expect((await again({ from: '2024-01-30T10:00:00Z', to: from })).body).toEqual({ redelivered: 0 })
    script.answer = status(204)
    expect(await again({ from })).toMatchObject({ status: 202, body: { redelivered: 2 } })
    await settled(5)
    expect((await deliveries()).map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('delivered'))
    expect((await again({ from: '2024-01-30', to: from, states: ['delivered'] })).body).toEqual({ redelivered: 1 })
    await settled(6)
    const ids = sink.deliveries.map(({ headers }) => headers['webhook-id'])
    expect([new Set(ids).size, ids[0], ids[5]]).toEqual([3, old.id, old.id])
  })

  test('begins the schedule anew', async () => {
    const { at, send, settled, script, change, advance, deliveries } = await started()
    script.answer = status(500)
    await send()
    await settled(1)
    await advance(5 * SECOND_MS)
    await settled(2)
    await change('POST', `${at}/redeliver`, { from: '2024-01-30' })
    await settled(3)
    const [delivery] = await deliveries()
    expect(delivery).toMatchObject({ state: 'waiting', next_attempt_at: '2024-01-30T10:00:10Z' })
    expect(delivery.attempts.map(({ number }: { number: number }) => number)).toEqual([1, 2, 3])
  })

  test('leaves what is under way alone', async () => {
    const { at, send, script, change, sink, proveAwake } = await started()
    script.answer = { kind: 'hang' }
    await send()
    await sink.waitFor((all) => all.length === 1)
    expect((await change('POST', `${at}/redeliver`, { from: '2024-01-30' })).body).toEqual({ redelivered: 0 })
    expect(await proveAwake()).toBe(1)
  })

  test.each([
    [{}, 'from: must be an ISO 8601 date-time'],
    [{ from: 'yesterday' }, 'from: must be an ISO 8601 date-time'],
    [{ from: '2024-01-30', to: 7 }, 'to: must be an ISO 8601 date-time'],
    [{ from: '2024-01-30', states: [] }, 'states: must have 1 to 3 members'],
    [{ from: '2024-01-30', states: ['held'] }, 'states.0: '],
  ])('that is wrong is refused in words: %j', async (body, message) => {
    const { at, change } = await started()
    expect((await change('POST', `${at}/redeliver`, body)).body).toMatchObject({
      error: 'invalid_request',
      message: expect.stringContaining(message),
    })
  })
})

test('Retries are spread: a wait is up to a tenth longer, never shorter', async () => {
  const { send, settled, script, deliveries } = await started({ random: () => 0.5 })
  script.answer = status(500)
  await send()
  await settled(1)
  expect((await deliveries())[0].next_attempt_at).toBe('2024-01-30T10:00:05.250Z')
})

test('Deliveries that are over are deleted after their time; those that wait are kept', async () => {
  const { app, at, send, settled, script, deliveries, change, clock } = await started()
  for (let batch = 0; batch < 3; batch++) await send(100)
  await expect.poll(async () => (await app.store.outbox.backlog()).waiting, { timeout: 10_000 }).toBe(0)
  await clock.advance(DAY_MS)
  script.answer = status(500)
  await send()
  await expect.poll(async () => (await deliveries())[0].attempts.length).toBe(1)
  await change('PATCH', at, { status: 'disabled' })
  await clock.advance(20 * DAY_MS)
  const pruned: number[] = []
  const pruner = startDeliveryPruner({
    deliveryLog: app.store.deliveryLog,
    keptMs: 20 * DAY_MS,
    now: clock.now,
    pause: async () => undefined,
    every: () => () => undefined,
    onPruned: (count) => void pruned.push(count),
    onError: (error) => expect.unreachable(String(error)),
  })
  await expect.poll(() => pruned).toEqual([300])
  await pruner.stop()
  expect(await deliveries()).toMatchObject([{ state: 'held' }])
})

describe('An answer', () => {
  async function answering(handle: (response: ServerResponse) => void) {
    const server = createServer((request, response) => {
      request.resume().on('end', () => handle(response))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const app = await startTestApp()
    stops.push(app.stop, async () => {
      server.close()
      server.closeAllConnections()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { body: webhook } = await app.post('/api/v1/webhooks', { url, events: [] })
    return (await app.post(`/api/v1/webhooks/${webhook.id}/test`, undefined)).body
  }

  test('is kept to its first KB, and read no further, however long it is', async () => {
    let written = 0
    const { state, attempts } = await answering((response) => {
      response.writeHead(200)
      const write = () => {
        while (!response.destroyed && response.write('é'.repeat(5_000))) written += 1
      }
      response.on('drain', write)
      write()
    })
    expect([state, attempts[0].status, attempts[0].answer]).toEqual(['delivered', 200, 'é'.repeat(512)])
    const after = written
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(after)
  })

  test.each([
    ['never ends', (response: ServerResponse) => void response.write('so far')],
    ['breaks off', (response: ServerResponse) => void response.write('so far', () => response.destroy())],
  ])('whose body %s counts by its status', async (_how, end) => {
    const { state, attempts } = await answering((response) => {
      response.writeHead(200, { 'content-length': '999' })
      end(response)
    })
    expect([state, attempts[0].status, attempts[0].answer]).toEqual(['delivered', 200, 'so far'])
  })
})
