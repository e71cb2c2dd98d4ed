import { describe, expect, test } from 'vitest'
import { call, collector, EVENTS, type Fields, secret, UUID, WEBHOOKS } from './client.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'
import { startReceiver } from './receiver.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/
const url = 'https://api.example.com/webhook'

async function listed(id: unknown): Promise<Fields | undefined> {
  const { body } = await secret.get(WEBHOOKS)
  return (body['data'] as Fields[]).find((webhook) => webhook['id'] === id)
}

async function made(more: object = {}): Promise<Fields & { readonly id: string }> {
  const { status, text, body } = await secret.post(WEBHOOKS, { url, events: [fresh('never')], ...more })
  expect({ status, text }).toMatchObject({ status: 201 })
  return { ...body, id: body['id'] as string }
}

describe('Create Webhook', () => {
  test('the request as it is documented: 201 with id, url, events, created_at, status', async () => {
    const answer = await call({
      method: 'POST',
      path: WEBHOOKS,
      key: collector.secretKey,
      headers: { 'content-type': 'application/json' },
      body: `{
  "url": "https://api.example.com/webhook",
  "events": ["user_signed_up", "purchase_completed"],
  "secret": "webhook-secret"
}`,
    })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(UUID),
        url,
        events: ['user_signed_up', 'purchase_completed'],
        created_at: expect.stringMatching(INSTANT),
        status: expect.any(String),
      },
    })
    await secret.delete(`${WEBHOOKS}/${answer.body['id'] as string}`)
  })

  test('and never the secret again', async () => {
    const signing = fresh('signing-secret')
    const { id } = await made({ secret: signing })
    const answers = [
      await secret.get(WEBHOOKS),
      await secret.get(`${WEBHOOKS}/${id}`),
      await secret.patch(`${WEBHOOKS}/${id}`, { events: ['x'] }),
      await secret.get(`${WEBHOOKS}/${id}/deliveries`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    for (const { text } of answers) expect(text).not.toContain(signing)
    await secret.delete(`${WEBHOOKS}/${id}`)
  })

  test('`secret` left out: one is generated and shown once in the answer to the creation', async () => {
    const [one, two] = [await made(), await made()]
    expect(one['secret']).toMatch(/^.{24,}$/)
    expect(one['secret']).not.toBe(two['secret'])
    const answers = [await secret.get(WEBHOOKS), await secret.get(`${WEBHOOKS}/${one.id}`)]
    for (const { text } of answers) expect(text).not.toContain(one['secret'])
    for (const { id } of [one, two]) await secret.delete(`${WEBHOOKS}/${id}`)
  })

  test.each([undefined, ['*']])('`events` may be left out or ["*"] (all): %j', async (events) => {
    await using receiver = await startReceiver()
    const names = [fresh('any'), fresh('any')]
    await receiver.subscribe('/all', events)
    for (const event_name of names) await secret.post(EVENTS, { event_name })
    await receiver.waitFor((all) => names.every((name) => all.some(({ payload }) => payload['event_name'] === name)))
    expect(receiver.received().length).toBeGreaterThanOrEqual(2)
  })

  test('an event whose name it is not subscribed to does not come', async () => {
    await using receiver = await startReceiver()
    const [wanted, unwanted] = [fresh('wanted'), fresh('wanted')]
    await receiver.subscribe('/some', [wanted])
    for (const event_name of [unwanted, wanted.toUpperCase(), `${wanted}x`, wanted.slice(0, -1)]) {
      await secret.post(EVENTS, { event_name })
    }
    await secret.post(EVENTS, { event_name: wanted })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ payload }) => payload['event_name'])).toEqual([wanted])
  })

  test.each([
    [{}, 'url'],
    [{ url: 1 }, 'url'],
    [{ url: '' }, 'url'],
    [{ url: 'api.example.com/webhook' }, 'url'],
    [{ url: 'ftp://api.example.com' }, 'url'],
    [{ url: 'javascript:alert(1)' }, 'url'],
    [{ url: 'file:///etc/passwd' }, 'url'],
    [{ url: 'https://user:password@api.example.com' }, 'url'],
    [{ url: 'https://' }, 'url'],
    [{ url, events: 'user_signed_up' }, 'events'],
    [{ url, events: [1] }, 'events'],
    [{ url, events: { a: 1 } }, 'events'],
    [{ url, secret: 1 }, 'secret'],
    [{ url, secret: '' }, 'secret'],
    [[], 'body'],
    [null, 'body'],
  ])('what is wrong is 400 and says where: %j', async (body, mention) => {
    const answer = await secret.post(WEBHOOKS, body)
    expectError(answer, 400, 'invalid_request')
    expect(answer.body['message']).toContain(mention)
  })
})

describe('List Webhooks: {"data":[…]}', () => {
  test('as it is documented, with project_id', async () => {
    const { secret: _shown, ...webhook } = await made()
    const query = collector.projectId === undefined ? '' : `?project_id=${collector.projectId}`
    const { status, body } = await secret.get(`${WEBHOOKS}${query}`)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['data'])
    expect(body['data']).toContainEqual(webhook)
    await secret.delete(`${WEBHOOKS}/${webhook.id}`)
  })
})

describe('Also get, update, delete', () => {
  test('get', async () => {
    const { secret: _shown, ...webhook } = await made()
    const { status, body } = await secret.get(`${WEBHOOKS}/${webhook.id}`)
    expect({ status, body }).toEqual({ status: 200, body: webhook })
    await secret.delete(`${WEBHOOKS}/${webhook.id}`)
  })

  test('update: what is given changes, the rest stays', async () => {
    const { secret: _shown, ...webhook } = await made()
    const answer = await secret.patch(`${WEBHOOKS}/${webhook.id}`, { url: 'https://api.example.com/new' })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 200,
      body: { ...webhook, url: 'https://api.example.com/new' },
    })
    expect(await listed(webhook.id)).toEqual(answer.body)
    expectError(await secret.patch(`${WEBHOOKS}/${webhook.id}`, { url: 'ftp://x' }), 400, 'invalid_request')
    expect(await listed(webhook.id)).toEqual(answer.body)
    await secret.delete(`${WEBHOOKS}/${webhook.id}`)
  })

  test('update: a new subscription holds from the next event on', async () => {
    await using receiver = await startReceiver()
    const [before, after] = [fresh('before'), fresh('after')]
    const { id } = await receiver.subscribe('/hook', [before])
    expect((await secret.patch(`${WEBHOOKS}/${id}`, { events: [after] })).status).toBe(200)
    await secret.post(EVENTS, { event_name: before })
    await secret.post(EVENTS, { event_name: after })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ payload }) => payload['event_name'])).toEqual([after])
  })

  test('delete: it is gone, and gets nothing any more', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('gone')
    const { id } = await receiver.subscribe('/gone', [event_name])
    await receiver.subscribe('/stays', [event_name])
    expect((await secret.delete(`${WEBHOOKS}/${id}`)).status).toBe(204)
    expectError(await secret.get(`${WEBHOOKS}/${id}`), 404, 'not_found')
    expectError(await secret.delete(`${WEBHOOKS}/${id}`), 404, 'not_found')
    expect(await listed(id)).toBeUndefined()
    await secret.post(EVENTS, { event_name })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ path }) => path)).toEqual(['/stays'])
  })

  test.each([crypto.randomUUID(), 'no-uuid', '..%2f..', '%00'])(
    'one that the project does not have is 404: %s',
    async (id) => {
      expectError(await secret.get(`${WEBHOOKS}/${id}`), 404, 'not_found')
      expectError(await secret.patch(`${WEBHOOKS}/${id}`, { events: [] }), 404, 'not_found')
      expectError(await secret.delete(`${WEBHOOKS}/${id}`), 404, 'not_found')
    },
  )
})

describe("Send a test, list a webhook's deliveries, redeliver one", () => {
  test('send a test: a signed event comes, and is not stored as an event', async () => {
    await using receiver = await startReceiver()
    const { id } = await receiver.subscribe('/test', [fresh('never')])
    expect((await secret.post(`${WEBHOOKS}/${id}/test`, {})).status).toBe(200)
    await receiver.waitFor((all) => all.length === 1)
    const { headers, payload } = receiver.received()[0] as { headers: object; payload: Fields }
    expect(Object.keys(headers)).toEqual(
      expect.arrayContaining(['webhook-id', 'webhook-timestamp', 'webhook-signature']),
    )
    expect(Object.keys(payload)).toEqual(['event_id', 'event_name', 'user_id', 'timestamp', 'metadata', 'signature'])
  })

  test('list deliveries: one an event, with its attempts', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('listed')
    const { id } = await receiver.subscribe('/hook', [event_name])
    const { body: stored } = await secret.post(EVENTS, { event_name })
    await receiver.waitFor((all) => all.length === 1)
    const list = async () => (await secret.get(`${WEBHOOKS}/${id}/deliveries`)).body['data'] as Fields[]
    await expect.poll(async () => ((await list())[0]?.['attempts'] as object[] | undefined)?.length).toBe(1)
    const deliveries = await list()
    expect(deliveries.map((delivery) => delivery['event_id'])).toEqual([stored['event_id']])
    expect(deliveries[0]).toMatchObject({ attempts: [{ status: 204 }] })
  })

  test('redeliver one: the same event comes again, under the same webhook-id', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('again')
    const { id } = await receiver.subscribe('/hook', [event_name])
    await secret.post(EVENTS, { event_name })
    await receiver.waitFor((all) => all.length === 1)
    const list = async () => (await secret.get(`${WEBHOOKS}/${id}/deliveries`)).body['data'] as Fields[]
    await expect.poll(async () => ((await list())[0]?.['attempts'] as object[] | undefined)?.length).toBe(1)
    const [delivery] = await list()
    const path = `${WEBHOOKS}/${id}/deliveries/${delivery?.['id'] as string}/redeliver`
    expect((await secret.post(path, {})).status).toBe(202)
    await receiver.waitFor((all) => all.length === 2)
    const [first, second] = receiver.received()
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.body).toBe(first?.body)
    expectError(
      await secret.post(`${WEBHOOKS}/${id}/deliveries/${crypto.randomUUID()}/redeliver`, {}),
      404,
      'not_found',
    )
  })
})
