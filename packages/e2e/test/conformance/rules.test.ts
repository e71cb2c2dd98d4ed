import { describe, expect, test } from 'vitest'
import { call, collector, EVENTS, type Fields, RULES, secret, UUID, WEBHOOKS } from './client.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/

/** A webhook of a name that no event has, and a rule that points to it. */
async function made(receiver: Receiver, conditions: unknown, more: object = {}) {
  const { id: webhook_id } = await receiver.subscribe('/rule', [fresh('unsubscribed')])
  const actions = [{ type: 'webhook', webhook_id }]
  const rule = { name: 'A rule', conditions, actions, ...more }
  const { status, text, body } = await secret.post(RULES, rule)
  expect({ status, text }).toMatchObject({ status: 201 })
  return { id: body['id'] as string, rule, body }
}

const seen = (receiver: Receiver) => receiver.received().map(({ payload }) => payload['event_name'])

describe('Create Rule', () => {
  test('the request as it is documented: 201 with id, name, conditions, actions, enabled, created_at', async () => {
    await using receiver = await startReceiver()
    const { id } = await receiver.subscribe('/rule', [fresh('never')])
    const answer = await call({
      method: 'POST',
      path: RULES,
      key: collector.secretKey,
      headers: { 'content-type': 'application/json' },
      body: `{
  "name": "High Value Purchase",
  "conditions": {
    "event_name": "purchase_completed",
    "metadata.amount": { "$gt": 500 }
  },
  "actions": [
    {
      "type": "webhook",
      "webhook_id": "${id}"
    }
  ]
}`,
    })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(UUID),
        name: 'High Value Purchase',
        conditions: { event_name: 'purchase_completed', 'metadata.amount': { $gt: 500 } },
        actions: [{ type: 'webhook', webhook_id: id }],
        enabled: true,
        created_at: expect.stringMatching(INSTANT),
      },
    })
    expect((await secret.delete(`${RULES}/${answer.body['id'] as string}`)).status).toBe(204)
  })

  test('an event that matches goes to its webhook, which need not subscribe to anything; another does not', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('purchase')
    const { id } = await made(receiver, { event_name, 'metadata.amount': { $gt: 500 } })
    for (const amount of [500, 499, -1]) await secret.post(EVENTS, { event_name, metadata: { amount } })
    await secret.post(EVENTS, { event_name: fresh('other'), metadata: { amount: 501 } })
    await secret.post(EVENTS, { event_name })
    await secret.post(EVENTS, { event_name, metadata: { amount: 501 } })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ payload }) => payload['metadata'])).toEqual([{ amount: 501 }])
    await secret.delete(`${RULES}/${id}`)
  })

  test('a rule holds from the next event on, and not for earlier ones', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('next')
    await secret.post(EVENTS, { event_name, user_id: 'earlier' })
    const { id } = await made(receiver, { event_name })
    await secret.post(EVENTS, { event_name, user_id: 'next' })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ payload }) => payload['user_id'])).toEqual(['next'])
    await secret.delete(`${RULES}/${id}`)
  })
})

describe('List, get, update, delete', () => {
  test('list and get', async () => {
    await using receiver = await startReceiver()
    const { id, body } = await made(receiver, { event_name: fresh('never') })
    const list = await secret.get(RULES)
    expect(list.status).toBe(200)
    expect(list.body['data']).toContainEqual(body)
    const one = await secret.get(`${RULES}/${id}`)
    expect({ status: one.status, body: one.body }).toEqual({ status: 200, body })
    await secret.delete(`${RULES}/${id}`)
  })

  test('update: what is given changes and holds from the next event on, the rest stays', async () => {
    await using receiver = await startReceiver()
    const [before, after] = [fresh('before'), fresh('after')]
    const { id, body } = await made(receiver, { event_name: before })
    const answer = await secret.patch(`${RULES}/${id}`, { conditions: { event_name: after } })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 200,
      body: { ...body, conditions: { event_name: after } },
    })
    for (const event_name of [before, after]) await secret.post(EVENTS, { event_name })
    await receiver.waitFor((all) => all.length > 0)
    expect(seen(receiver)).toEqual([after])
    await secret.delete(`${RULES}/${id}`)
  })

  test('update: a rule that is not enabled does nothing until it is again', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('enabled')
    const { id } = await made(receiver, { event_name }, { enabled: false })
    await secret.post(EVENTS, { event_name, user_id: 'off' })
    expect((await secret.patch(`${RULES}/${id}`, { enabled: true })).body['enabled']).toBe(true)
    await secret.post(EVENTS, { event_name, user_id: 'on' })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ payload }) => payload['user_id'])).toEqual(['on'])
    await secret.delete(`${RULES}/${id}`)
  })

  test('update: what could not be created is refused, and nothing changes', async () => {
    await using receiver = await startReceiver()
    const { id, body } = await made(receiver, { event_name: fresh('never') })
    for (const change of [
      { conditions: { $where: '1' } },
      { actions: [{ type: 'webhook', webhook_id: crypto.randomUUID() }] },
      { enabled: 1 },
    ]) {
      expectError(await secret.patch(`${RULES}/${id}`, change), 400, 'invalid_request')
    }
    expect((await secret.get(`${RULES}/${id}`)).body).toEqual(body)
    await secret.delete(`${RULES}/${id}`)
  })

  test('delete: it is gone, and does nothing any more', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('gone')
    const { id } = await made(receiver, { event_name, user_id: 'deleted' })
    const { id: stays } = await made(receiver, { event_name, user_id: 'stays' })
    expect((await secret.delete(`${RULES}/${id}`)).status).toBe(204)
    expectError(await secret.get(`${RULES}/${id}`), 404, 'not_found')
    for (const user_id of ['deleted', 'stays']) await secret.post(EVENTS, { event_name, user_id })
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received().map(({ payload }) => payload['user_id'])).toEqual(['stays'])
    await secret.delete(`${RULES}/${stays}`)
  })

  test('one that the project does not have is 404', async () => {
    for (const id of [crypto.randomUUID(), 'no-uuid', '..%2f..']) {
      expectError(await secret.get(`${RULES}/${id}`), 404, 'not_found')
      expectError(await secret.patch(`${RULES}/${id}`, { name: 'x' }), 404, 'not_found')
      expectError(await secret.delete(`${RULES}/${id}`), 404, 'not_found')
    }
  })
})

describe('A dry run: which of the last events would have matched?', () => {
  test('those that match, and nothing is sent', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('dry')
    await receiver.subscribe('/dry', [`${event_name} sent`])
    const ids: unknown[] = []
    for (const n of [1, 2, 3]) ids.push((await secret.post(EVENTS, { event_name, metadata: { n } })).body['event_id'])
    const { status, body } = await secret.post(`${RULES}/test`, {
      conditions: { event_name, 'metadata.n': { $gte: 2 } },
    })
    expect(status).toBe(200)
    const events = body['events'] as Fields[]
    expect(events.map((event) => event['event_id']).toReversed()).toEqual(ids.slice(1))
    await secret.post(EVENTS, { event_name: `${event_name} sent` })
    await receiver.waitFor((all) => all.length > 0)
    expect(seen(receiver)).toEqual([`${event_name} sent`])
  })

  test('refuses what a rule could not have', async () => {
    expectError(await secret.post(`${RULES}/test`, { conditions: { $where: 'true' } }), 400, 'invalid_request')
  })
})

describe('Refused when the rule is created, with the path of what is wrong in the message', () => {
  const catastrophic = '^(a+)+$'
  test.each([
    [{ $where: 'this.metadata.amount > 1' }, '$where'],
    [{ $or: [{ event_name: 'x' }, { $where: 'true' }] }, '$or'],
    [{ $expr: { $gt: ['$metadata.a', 1] } }, '$expr'],
    [{ 'metadata.a': { $not: { $where: 'true' } } }, 'metadata.a'],
    [{ 'metadata.a': { $function: { body: 'x' } } }, 'metadata.a'],
    [{ $jsonSchema: {} }, '$jsonSchema'],
    [{ $comment: 'x', $text: { $search: 'x' } }, '$'],
    [{ 'metadata.a': { $regex: catastrophic } }, 'metadata.a'],
    [{ $and: [{ 'metadata.deep.er': { $regex: '(.*)*x' } }] }, 'metadata.deep.er'],
    [{ 'metadata.a': { $regex: '(' } }, 'metadata.a'],
    [{ 'metadata.a': { $unknown: 1 } }, 'metadata.a'],
    [{ 'metadata.a': { $gt: 1, $typo: 2 } }, '$typo'],
    [{ 'metadata.a': { $in: 'x' } }, '$in'],
    [{ 'metadata.a': { $elemMatch: 1 } }, '$elemMatch'],
    [{ 'metadata.a': { $mod: [0, 1] } }, '$mod'],
    [{ 'metadata.a': { $size: -1 } }, '$size'],
    [{ $and: [] }, '$and'],
    [{ $or: {} }, '$or'],
    [{ timestamp: { $gt: 'yesterday' } }, 'timestamp'],
    [[], 'conditions'],
    ['x', 'conditions'],
    [null, 'conditions'],
    [undefined, 'conditions'],
  ])('%j', async (conditions, path) => {
    await using receiver = await startReceiver()
    const { id } = await receiver.subscribe('/refused', [fresh('never')])
    const name = fresh('refused')
    const answer = await secret.post(RULES, { name, conditions, actions: [{ type: 'webhook', webhook_id: id }] })
    expectError(answer, 400, 'invalid_request')
    expect(answer.body['message']).toContain(path)
    expect((await secret.get(RULES)).text).not.toContain(name)
  })

  test.each([
    ['unknown action types', [{ type: 'email', to: 'a@example.com' }], 'type'],
    ['no type', [{ webhook_id: 'x' }], 'type'],
    [
      'a `webhook_id` that the project does not have',
      [{ type: 'webhook', webhook_id: crypto.randomUUID() }],
      'webhook_id',
    ],
    ['no webhook_id', [{ type: 'webhook' }], 'webhook_id'],
    ['no list', { type: 'webhook' }, 'actions'],
    ['none', undefined, 'actions'],
  ])('actions: %s', async (_what, actions, path) => {
    const name = fresh('refused')
    const answer = await secret.post(RULES, { name, conditions: { event_name: 'x' }, actions })
    expectError(answer, 400, 'invalid_request')
    expect(answer.body['message']).toContain(path)
    expect((await secret.get(RULES)).text).not.toContain(name)
  })

  test('a name that is none', async () => {
    const { id } = (await secret.post(WEBHOOKS, { url: 'https://api.example.com', events: [fresh('never')] })).body
    const actions = [{ type: 'webhook', webhook_id: id }]
    for (const name of [undefined, 1, '']) {
      expectError(await secret.post(RULES, { name, conditions: { event_name: 'x' }, actions }), 400, 'invalid_request')
    }
    await secret.delete(`${WEBHOOKS}/${id as string}`)
  })
})
