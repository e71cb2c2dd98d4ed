import { startWebhookSink, type WebhookSink } from '@truecount/testkit'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { answerOf, startTestApp, type Answer, type TestApp } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(answer?: (index: number) => number): Promise<{ app: TestApp; sink: WebhookSink }> {
  const app = await startTestApp()
  const sink = await startWebhookSink(
    answer === undefined ? {} : { answer: (_delivery, index) => ({ kind: 'status', code: answer(index) }) },
  )
  stops.push(app.stop, sink.stop)
  return { app, sink }
}

function change(app: TestApp, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' }
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  return answerOf(fetch(app.url + path, { method, headers, ...json }))
}

const nameOf = ({ payload }: { payload: unknown }) => (payload as { event_name: string }).event_name
const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'

describe('A webhook', () => {
  test('is got, changed and deleted; an event goes where it points now, and nowhere once it is gone', async () => {
    const { app, sink } = await started()
    const { body: made } = await app.post('/api/v1/webhooks', { url: `${sink.url}/old`, events: ['a'] })
    const at = `/api/v1/webhooks/${made.id}`
    const { secret: _secret, ...shown } = made
    expect((await app.get(at)).body).toEqual(shown)
    const changed = await change(app, 'PATCH', at, { url: `${sink.url}/new`, events: ['b'], secret: SECRET })
    expect(changed.body).toEqual({ ...shown, url: `${sink.url}/new`, events: ['b'] })
    await app.post('/api/v1/events/batch', [{ event_name: 'a' }, { event_name: 'b' }])
    await sink.waitFor((all) => all.length === 1)
    const [delivery] = sink.deliveries
    expect([delivery?.path, nameOf(delivery as { payload: unknown })]).toEqual(['/new', 'b'])
    new Webhook(SECRET).verify(String(delivery?.rawBody), delivery?.headers as Record<string, string>)
    expect((await change(app, 'DELETE', at)).status).toBe(204)
    expect((await app.get(at)).status).toBe(404)
    expect((await app.get('/api/v1/webhooks')).body).toEqual({ data: [] })
    await app.post('/api/v1/webhooks', { url: `${sink.url}/proof`, events: ['b'] })
    await app.post('/api/v1/events', { event_name: 'b' })
    await sink.waitFor((all) => all.some(({ path }) => path === '/proof'))
    expect(sink.deliveries.map(({ path }) => path)).toEqual(['/new', '/proof'])
  })

  test('that is switched off holds what waits, takes nothing new, and goes on when it is switched on', async () => {
    const { app, sink } = await started((index) => (index === 0 ? 500 : 204))
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['waits', 'later'] })
    const at = `/api/v1/webhooks/${webhook.id}`
    const states = async () =>
      (await app.get(`${at}/deliveries`)).body.data.map((d: { state: string; attempts: unknown[] }) => [
        d.state,
        d.attempts.length,
      ])
    await app.post('/api/v1/events', { event_name: 'waits' })
    await expect.poll(states).toEqual([['waiting', 1]])
    expect((await change(app, 'PATCH', at, { status: 'disabled' })).body.status).toBe('disabled')
    expect(await states()).toEqual([['held', 1]])
    await app.post('/api/v1/events', { event_name: 'later' })
    expect((await change(app, 'PATCH', at, { status: 'active' })).body.status).toBe('active')
    const [{ id, next_attempt_at }] = (await app.get(`${at}/deliveries`)).body.data
    expect(next_attempt_at).toMatch(/Z$/)
    await change(app, 'POST', `${at}/deliveries/${id}/redeliver`)
    await expect.poll(states).toEqual([['delivered', 2]])
    expect(sink.deliveries.map(nameOf)).toEqual(['waits', 'waits'])
  })

  test('that a rule names is not deleted from under it', async () => {
    const { app } = await started()
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: 'http://x', events: [] })
    const actions = [{ type: 'webhook', webhook_id: webhook.id }]
    const { body: rule } = await app.post('/api/v1/rules', { name: 'Big', conditions: {}, actions })
    const refused = await change(app, 'DELETE', `/api/v1/webhooks/${webhook.id}`)
    expect(refused.body).toMatchObject({ error: 'conflict', code: 409, message: expect.stringContaining('(Big)') })
    expect((await change(app, 'DELETE', `/api/v1/rules/${rule.id}`)).status).toBe(204)
    expect((await change(app, 'DELETE', `/api/v1/webhooks/${webhook.id}`)).status).toBe(204)
  })

  test('is tested with a signed event at once, and the test is on record', async () => {
    const { app, sink } = await started((index) => (index === 0 ? 204 : 503))
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: [], secret: SECRET })
    const at = `/api/v1/webhooks/${webhook.id}`
    const good = (await change(app, 'POST', `${at}/test`)).body
    expect(good).toMatchObject({ state: 'delivered', attempts: [{ number: 1, status: 204, error: null }] })
    const [delivery] = sink.deliveries
    expect(new Webhook(SECRET).verify(String(delivery?.rawBody), delivery?.headers as Record<string, string>)).toEqual({
      event_id: good.event_id,
      event_name: '$test',
      user_id: null,
      timestamp: expect.any(String),
      metadata: {},
      signature: expect.stringMatching(/^sha256=/),
    })
    const bad = (await change(app, 'POST', `${at}/test`)).body
    expect(bad).toMatchObject({ state: 'failed', attempts: [{ number: 1, status: 503, error: null }] })
    expect((await app.get(`${at}/deliveries`)).body.data).toEqual([bad, good])
    expect((await app.get('/api/v1/analytics/delivery')).body.stored).toBe(0)
  })

  test('lists its deliveries newest first, in pages', async () => {
    const { app, sink } = await started()
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['*'] })
    const events = Array.from({ length: 5 }, (_, i) => ({ event_name: `e${i}` }))
    const { results } = (await app.post('/api/v1/events/batch', events)).body
    const at = `/api/v1/webhooks/${webhook.id}/deliveries`
    const first = (await app.get(`${at}?limit=2`)).body.data
    const second = (await app.get(`${at}?limit=9&before=${first[1].id.toUpperCase()}`)).body.data
    expect([...first, ...second].map(({ event_id }) => event_id)).toEqual(
      results.map(({ event_id }: { event_id: string }) => event_id).toReversed(),
    )
    for (const limit of ['0', '101', 'x', '']) expect((await app.get(`${at}?limit=${limit}`)).status).toBe(400)
    const message = 'before must be the id of a delivery, got foo'
    expect((await app.get(`${at}?before=foo`)).body).toEqual({ error: 'invalid_request', message, code: 400 })
  })

  test('gets a delivery again under the same id; a disabled one does not, and another webhook has no such delivery', async () => {
    const { app, sink } = await started()
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['a'] })
    const { body: other } = await app.post('/api/v1/webhooks', { url: sink.url, events: [] })
    await app.post('/api/v1/events', { event_name: 'a' })
    const at = `/api/v1/webhooks/${webhook.id}`
    const list = async () => (await app.get(`${at}/deliveries`)).body.data
    await expect.poll(async () => (await list())[0]?.state).toBe('delivered')
    const [{ id }] = await list()
    const again = await change(app, 'POST', `${at}/deliveries/${id}/redeliver`)
    expect([again.status, again.body]).toEqual([202, { id, state: 'waiting' }])
    await expect.poll(async () => (await list())[0].attempts.length).toBe(2)
    expect(sink.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual([id, id])
    expect((await change(app, 'POST', `/api/v1/webhooks/${other.id}/deliveries/${id}/redeliver`)).status).toBe(404)
    await change(app, 'PATCH', at, { status: 'disabled' })
    expect((await change(app, 'POST', `${at}/deliveries/${id}/redeliver`)).body.error).toBe('conflict')
  })
})

describe('A rule', () => {
  test('is got, changed, switched off and deleted, and fires as it stands', async () => {
    const { app, sink } = await started()
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['proof'] })
    const actions = [{ type: 'webhook', webhook_id: webhook.id }]
    const { body: rule } = await app.post('/api/v1/rules', { name: 'r', conditions: { event_name: 'a' }, actions })
    const at = `/api/v1/rules/${rule.id}`
    expect((await app.get(at)).body).toEqual(rule)
    const changed = await change(app, 'PATCH', at, { conditions: { event_name: 'b' }, name: 'renamed' })
    expect(changed.body).toEqual({ ...rule, conditions: { event_name: 'b' }, name: 'renamed' })
    await app.post('/api/v1/events/batch', [{ event_name: 'a' }, { event_name: 'b' }])
    expect((await change(app, 'PATCH', at, { enabled: false })).body.enabled).toBe(false)
    await app.post('/api/v1/events/batch', [{ event_name: 'b' }])
    await change(app, 'PATCH', at, { enabled: true })
    await change(app, 'DELETE', at)
    await app.post('/api/v1/events/batch', [{ event_name: 'b' }, { event_name: 'proof' }])
    await sink.waitFor((all) => all.length === 2)
    expect(sink.deliveries.map(nameOf).toSorted()).toEqual(['b', 'proof'])
    expect((await app.get(at)).status).toBe(404)
  })

  test.each([
    [{ conditions: { $where: '1' } }, 'conditions.$where'],
    [{ actions: [{ type: 'webhook', webhook_id: 'none' }] }, 'actions.0.webhook_id'],
    [{ name: '' }, 'name: must have 1 to 200 characters, got 0'],
    [{ name: '\ud800' }, 'name: must be well-formed Unicode'],
  ])('is not changed to what is wrong: %j', async (patch, message) => {
    const { app } = await started()
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: 'http://x', events: [] })
    const actions = [{ type: 'webhook', webhook_id: webhook.id }]
    const { body: rule } = await app.post('/api/v1/rules', { name: 'r', conditions: {}, actions })
    const answer = await change(app, 'PATCH', `/api/v1/rules/${rule.id}`, patch)
    expect(answer.body).toEqual({ error: 'invalid_request', message: expect.stringContaining(message), code: 400 })
    expect((await app.get(`/api/v1/rules/${rule.id}`)).body).toEqual(rule)
  })

  test('is tried on the last events, newest first, and nothing is sent', async () => {
    const { app } = await started()
    const events = Array.from({ length: 4 }, (_, i) => ({
      event_name: 'purchase',
      timestamp: `2024-01-0${i + 1}`,
      metadata: { amount: i * 100 },
    }))
    await app.post('/api/v1/events/batch', [...events.toReversed(), { event_name: '$dropped' }])
    const conditions = { 'metadata.amount': { $gte: 100 } }
    const tried = await app.post('/api/v1/rules/test', { conditions, limit: 3 })
    expect(tried.body).toMatchObject({ tested: 3, matched: 3 })
    expect(tried.body.events[0]).toEqual({
      event_id: expect.any(String),
      event_name: 'purchase',
      user_id: null,
      timestamp: '2024-01-04T00:00:00Z',
      metadata: { amount: 300 },
    })
    expect((await app.post('/api/v1/rules/test', { conditions })).body).toMatchObject({ tested: 4, matched: 3 })
    const wrong = await app.post('/api/v1/rules/test', { conditions: { $where: '1' } })
    expect(wrong.body.message).toContain('conditions.$where')
    expect((await app.post('/api/v1/rules/test', { conditions, limit: 1_001 })).status).toBe(400)
  })
})

describe('Origins', () => {
  const send = (app: TestApp, key: string, origin?: string) =>
    answerOf(
      fetch(`${app.url}/api/v1/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          ...(origin === undefined ? {} : { origin }),
        },
        body: '{"event_name":"a"}',
      }),
    )

  test('any at first; then only those listed, and a page that may not can read why', async () => {
    const { app } = await started()
    expect((await send(app, app.publishableKey, 'https://a.example')).status).toBe(202)
    const patched = await change(app, 'PATCH', '/api/v1/projects/current', {
      name: 'Shop',
      allowed_origins: ['https://b.example'],
    })
    expect(patched.body).toMatchObject({ id: app.projectId, name: 'Shop', allowed_origins: ['https://b.example'] })
    const refused = await send(app, app.publishableKey, 'https://a.example')
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, '*'])
    expect(refused.body.message).toContain('https://a.example')
    expect((await send(app, app.publishableKey, 'https://b.example')).status).toBe(202)
    expect((await send(app, app.publishableKey)).status).toBe(202)
    await change(app, 'PATCH', '/api/v1/projects/current', { allowed_origins: null })
    expect((await send(app, app.publishableKey, 'https://a.example')).status).toBe(202)
    expect((await app.get('/api/v1/projects/current')).body).toMatchObject({ name: 'Shop', allowed_origins: null })
  })

  test('no page may read an answer to a secret key', async () => {
    const { app } = await started()
    const answer = await send(app, app.secretKey, 'https://a.example')
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([202, null])
  })

  test.each(['https://a.example/', 'a.example', '*', 'null', 'https://A.example', 7])(
    '%j is no origin',
    async (origin) => {
      const { app } = await started()
      const answer = await change(app, 'PATCH', '/api/v1/projects/current', { allowed_origins: [origin] })
      expect(answer.body.message).toContain('allowed_origins.0: must be an origin')
    },
  )
})

describe('A key', () => {
  test('is made with limits and shown once, listed by its beginning, rotated and revoked', async () => {
    const { app } = await started()
    const made = (await app.post('/api/v1/keys', { kind: 'publishable', events_per_minute: 5 })).body
    expect(made).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^tc_pk_[\w-]{32}$/),
      prefix: made.key.slice(0, 12),
      kind: 'publishable',
      project_id: app.projectId,
      events_per_minute: 5,
      analytics_per_minute: 10,
      created_at: expect.any(String),
    })
    const listed = await app.get('/api/v1/keys')
    expect(JSON.stringify(listed.body)).not.toContain(made.key)
    const { key: _key, ...shown } = made
    expect(listed.body.data).toContainEqual(shown)
    const rotated = (await change(app, 'POST', `/api/v1/keys/${made.id}/rotate`)).body
    expect(rotated).toMatchObject({ kind: 'publishable', events_per_minute: 5 })
    const event = { event_name: 'a' }
    expect((await app.post('/api/v1/events', event, made.key)).body.message).toContain('revoked')
    expect((await app.post('/api/v1/events', event, rotated.key)).status).toBe(202)
    expect((await change(app, 'DELETE', `/api/v1/keys/${rotated.id}`)).status).toBe(204)
    expect((await app.post('/api/v1/events', event, rotated.key)).status).toBe(401)
    for (const [method, path] of [
      ['DELETE', rotated.id],
      ['POST', `${rotated.id}/rotate`],
    ]) {
      expect((await change(app, method as string, `/api/v1/keys/${path}`)).body.error).toBe('not_found')
    }
  })

  test.each([
    [{}, 'kind: '],
    [{ kind: 'golden' }, 'kind: '],
    [{ kind: 'secret', events_per_minute: -1 }, 'events_per_minute: must be a whole number from 0'],
    [{ kind: 'secret', analytics_per_minute: 1.5 }, 'analytics_per_minute: must be a whole number'],
  ])('that is wrong is refused in words: %j', async (body, message) => {
    const { app } = await started()
    expect((await app.post('/api/v1/keys', body)).body.message).toContain(message)
  })
})
