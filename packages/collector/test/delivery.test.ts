import { createHmac } from 'node:crypto'
import { createManualClock, startWebhookSink, type WebhookSink } from '@truecount/testkit'
import Database from 'better-sqlite3'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { RETRY_SCHEDULE_MS } from '../src/deliver/retry-schedule.ts'
import { startTestApp, type TestApp, type TestAppOptions } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: TestAppOptions = {}, answer?: (index: number) => number) {
  const app = await startTestApp(options)
  const sink = await startWebhookSink(
    answer === undefined
      ? {}
      : {
          answer: (_delivery, index) => ({ kind: 'status', code: answer(index), headers: { location: '/elsewhere' } }),
        },
  )
  stops.push(app.stop, sink.stop)
  return { app, sink }
}

const purchase = {
  event_name: 'purchase_completed',
  user_id: 'user123',
  timestamp: '2024-01-30T10:00:00Z',
  metadata: { amount: 501, note: 'é "x"' },
}
const highValue = { event_name: 'purchase_completed', 'metadata.amount': { $gt: 500 } }

async function webhook(app: TestApp, sink: WebhookSink, more: object = {}) {
  const { status, body } = await app.post('/api/v1/webhooks', {
    url: `${sink.url}/hook`,
    events: [],
    secret: 'webhook-secret',
    ...more,
  })
  expect(status).toBe(201)
  return body
}

async function rule(app: TestApp, webhookId: string, conditions: object = highValue) {
  const actions = [{ type: 'webhook', webhook_id: webhookId }]
  const answer = await app.post('/api/v1/rules', { name: 'High Value Purchase', conditions, actions })
  expect(answer.status).toBe(201)
  return answer.body
}

/** Attempts in the database, once there are `count`: the request is seen before its answer is recorded. */
async function attempts(
  app: TestApp,
  count: number,
): Promise<{ number: number; status: number | null; error: string | null }[]> {
  const db = new Database(app.dbPath, { readonly: true })
  const select = db.prepare('SELECT number, status, error FROM delivery_attempt ORDER BY delivery, number')
  await expect.poll(() => select.all().length).toBe(count)
  const rows = select.all() as { number: number; status: number | null; error: string | null }[]
  db.close()
  return rows
}

describe('An event goes to a webhook once, however many subscriptions and rules point there', () => {
  test('and one that matches nothing goes nowhere', async () => {
    const { app, sink } = await started()
    const { id } = await webhook(app, sink, { events: ['purchase_completed', '*'] })
    await rule(app, id)
    await rule(app, id)
    const silent = await webhook(app, sink, { url: `${sink.url}/silent` })
    await rule(app, silent.id)
    await app.post('/api/v1/events', { ...purchase, idempotency_key: 'p', metadata: { amount: 500 } })
    await app.post('/api/v1/events', { ...purchase, idempotency_key: 'p' })
    await app.post('/api/v1/events/batch', [{ event_name: '$dropped' }, { event_name: 'last' }])
    // The last event's delivery proves that the pipe was open for those that must not come.
    await sink.waitFor((all) => all.some(({ payload }) => (payload as { event_name: string }).event_name === 'last'))
    await attempts(app, 2)
    const seen = sink.deliveries.map(({ path, payload }) => `${path} ${(payload as { event_name: string }).event_name}`)
    expect(seen.toSorted()).toEqual(['/hook last', '/hook purchase_completed'])
  })
})

describe('A delivery', () => {
  test.each([
    ['webhook-secret', new Webhook('webhook-secret', { format: 'raw' }), Buffer.from('webhook-secret')],
    [
      'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3',
      new Webhook('whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'),
      Buffer.from('0123456789abcdef01234567'),
    ],
  ])('is verified by the public library and by its own signature: %s', async (secret, verifier, keyBytes) => {
    const { app, sink } = await started()
    const { id } = await webhook(app, sink, { secret })
    await rule(app, id)
    const stored = await app.post('/api/v1/events', purchase)
    await sink.waitFor((all) => all.length === 1)
    const { rawBody, headers } = sink.deliveries[0] as (typeof sink.deliveries)[number]
    const body = rawBody.toString()
    const document = JSON.stringify({
      event_id: stored.body.event_id,
      event_name: 'purchase_completed',
      user_id: 'user123',
      timestamp: '2024-01-30T10:00:00Z',
      metadata: purchase.metadata,
    })
    const signature = `sha256=${createHmac('sha256', keyBytes).update(document).digest('hex')}`
    expect(body).toBe(`${document.slice(0, -1)},"signature":"${signature}"}`)
    expect(verifier.verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body))
    expect(() => verifier.verify(body.replace('501', '502'), headers as Record<string, string>)).toThrow(/signature/i)
  })

  test('that fails is tried again by the schedule, under the same id, until a 2xx', async () => {
    const clock = createManualClock()
    const codes = [500, 302, 204]
    const { app, sink } = await started({ now: clock.now }, (index) => codes[index] ?? 500)
    const { id } = await webhook(app, sink)
    await rule(app, id)
    await app.post('/api/v1/events', purchase)
    for (const [made, code] of codes.entries()) {
      await sink.waitFor((all) => all.length === made + 1)
      expect((await attempts(app, made + 1)).at(-1)).toEqual({ number: made + 1, status: code, error: null })
      await clock.advance(RETRY_SCHEDULE_MS[made + 1] as number)
      app.worker.wake()
    }
    await app.post('/api/v1/events', { ...purchase, user_id: 'later' })
    await sink.waitFor((all) => all.length > 3)
    const ids = sink.deliveries.map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids.slice(0, 3)).size).toBe(1)
    expect(ids[3]).not.toBe(ids[0])
    expect(sink.deliveries.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook', '/hook'])
  })

  test('is given up after the last attempt of the schedule, every attempt recorded', async () => {
    const clock = createManualClock()
    const { app, sink } = await started({ now: clock.now }, (index) => (index < RETRY_SCHEDULE_MS.length ? 503 : 204))
    const { id } = await webhook(app, sink)
    await rule(app, id)
    await app.post('/api/v1/events', purchase)
    for (let made = 1; made <= RETRY_SCHEDULE_MS.length; made++) {
      await attempts(app, made)
      await clock.advance(RETRY_SCHEDULE_MS[made] ?? 7 * 24 * 3_600_000)
      app.worker.wake()
    }
    await app.post('/api/v1/events', { ...purchase, user_id: 'later' })
    await sink.waitFor((all) => all.length > RETRY_SCHEDULE_MS.length)
    const rows = await attempts(app, RETRY_SCHEDULE_MS.length + 1)
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1])
  })

  test('that never got an answer records why', async () => {
    const { app, sink } = await started()
    const { id } = await webhook(app, sink)
    await rule(app, id)
    await sink.stop()
    await app.post('/api/v1/events', purchase)
    expect(await attempts(app, 1)).toEqual([
      { number: 1, status: null, error: expect.stringContaining('ECONNREFUSED') },
    ])
  })

  test('never reaches the machine itself while strangers can reach the collector', async () => {
    const { app, sink } = await started({ webhookAllow: [] })
    const port = new URL(sink.url).port
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '169.254.169.254']) {
      const { status, body } = await app.post('/api/v1/webhooks', { url: `http://${host}:${port}/` })
      expect({ host, status, message: body.message }).toEqual({
        host,
        status: 400,
        message: expect.stringMatching(
          /^url: must lead to another address: \S+ is (not a public address|a cloud's metadata)/,
        ),
      })
    }
    // Registered while it was allowed.
    await app.store.webhooks.create({
      id: 'w',
      projectId: app.projectId,
      url: `http://localhost:${port}/`,
      events: ['*'],
      secret: 's',
      enabled: true,
      createdAtMs: 0,
    })
    await app.post('/api/v1/webhooks', { url: 'http://webhook.invalid/', events: [] })
    await app.post('/api/v1/events', purchase)
    const [attempt] = await attempts(app, 1)
    expect(attempt?.error).toContain('is not a public address: the operator may allow it by --webhook-allow')
    expect(sink.deliveries).toHaveLength(0)
  })
})

describe('Webhooks and rules', () => {
  test('are created and listed as the contract shows, the secret shown only when it was made here', async () => {
    const { app, sink } = await started()
    const given = await webhook(app, sink, { events: ['a'] })
    expect(given).toEqual({
      id: expect.any(String),
      url: `${sink.url}/hook`,
      events: ['a'],
      created_at: expect.any(String),
      status: 'active',
    })
    const made = (await app.post('/api/v1/webhooks', { url: `${sink.url}/all` })).body
    expect(made).toMatchObject({ events: ['*'], secret: expect.stringMatching(/^whsec_/) })
    const { secret: _secret, ...shown } = made
    expect((await app.get('/api/v1/webhooks')).body).toEqual({ data: [given, shown] })
    const created = await rule(app, given.id)
    expect(created).toEqual({
      id: expect.any(String),
      name: 'High Value Purchase',
      conditions: highValue,
      actions: [{ type: 'webhook', webhook_id: given.id }],
      enabled: true,
      created_at: expect.any(String),
    })
    expect((await app.get('/api/v1/rules')).body).toEqual({ data: [created] })
    const other = await app.newProject('secret')
    expect((await app.get('/api/v1/webhooks', other.key)).body).toEqual({ data: [] })
    expect((await app.get('/api/v1/rules', other.key)).body).toEqual({ data: [] })
    const actions = [{ type: 'webhook', webhook_id: given.id }]
    const stolen = await app.post('/api/v1/rules', { name: 'n', conditions: {}, actions }, other.key)
    expect(stolen.body.message).toBe(`actions.0.webhook_id: the project has no webhook ${given.id}`)
  })

  test.each([
    ['/api/v1/webhooks', {}, 'url: must be a text'],
    ['/api/v1/webhooks', { url: 'ftp://x' }, 'url: must be an http or https URL'],
    ['/api/v1/webhooks', { url: 'http://u:p@x' }, 'url: must not hold a user name'],
    ['/api/v1/webhooks', { url: 'http://x', events: 'a' }, 'events: '],
    ['/api/v1/webhooks', { url: 'http://x', events: [1] }, 'events.0: '],
    ['/api/v1/webhooks', { url: 'http://x', secret: '' }, 'secret: must be a text that is not empty'],
    ['/api/v1/webhooks', { url: 'http://x', secret: 'whsec_?' }, 'secret: begins with whsec_'],
    ['/api/v1/webhooks', [], 'The body: '],
    ['/api/v1/rules', { conditions: {}, actions: [{ type: 'webhook', webhook_id: 'x' }] }, 'name: '],
    ['/api/v1/rules', { name: 'n', actions: [{ type: 'webhook', webhook_id: 'x' }] }, 'conditions: is required'],
    ['/api/v1/rules', { name: 'n', conditions: {}, actions: [] }, 'actions: '],
    ['/api/v1/rules', { name: 'n', conditions: {}, actions: [{ type: 'email', webhook_id: 'x' }] }, 'actions.0.type: '],
    [
      '/api/v1/rules',
      { name: 'n', conditions: { $where: '1' }, actions: [{ type: 'webhook', webhook_id: 'x' }] },
      'conditions.$where is not supported',
    ],
  ])('that are wrong are refused in words: %s %j', async (path, body, message) => {
    const { app } = await started()
    const answer = await app.post(path, body)
    expect(answer.body).toEqual({ error: 'invalid_request', message: expect.stringContaining(message), code: 400 })
  })
})
