import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { BATCH, EVENTS, RULES, secret, UUID } from './client.ts'
import { fresh } from './fresh.ts'
import { type Received, startReceiver } from './receiver.ts'

const MEMBERS = ['event_id', 'event_name', 'user_id', 'timestamp', 'metadata', 'signature']

/** The contract's signature, computed anew from the bytes that came. */
function signatureOf(body: string, key: string): string {
  const document = body.replace(/,"signature":"[^"]*"\}$/, '}')
  expect(document).not.toBe(body)
  return `sha256=${createHmac('sha256', key).update(document, 'utf8').digest('hex')}`
}

/** What one event gets a webhook with the secret `webhook-secret`. */
async function delivered(event: object): Promise<{ received: Received; stored: Readonly<Record<string, unknown>> }> {
  await using receiver = await startReceiver()
  const event_name = fresh('delivered')
  await receiver.subscribe('/webhook', [event_name], { secret: 'webhook-secret' })
  const { status, body } = await secret.post(EVENTS, { event_name, ...event })
  expect(status).toBe(202)
  await receiver.waitFor((all) => all.length > 0)
  return { received: receiver.received()[0] as Received, stored: { ...body, event_name } }
}

describe('The documented payload, and nothing else in the body', () => {
  test('a POST of JSON with the members of the contract, in its order', async () => {
    const event = { user_id: 'user123', timestamp: '2024-01-30T10:00:00Z', metadata: { amount: 501, b: [true, null] } }
    const { received, stored } = await delivered(event)
    expect([received.method, received.path]).toEqual(['POST', '/webhook'])
    expect(received.headers['content-type']).toMatch(/^application\/json/)
    expect(Object.keys(received.payload)).toEqual(MEMBERS)
    expect(received.payload).toEqual({
      event_id: stored['event_id'],
      event_name: stored['event_name'],
      ...event,
      signature: expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    })
  })

  test('an event of a name alone has the same members', async () => {
    const before = Date.now()
    const { received } = await delivered({})
    expect(Object.keys(received.payload)).toEqual(MEMBERS)
    expect(received.payload).toMatchObject({ event_id: expect.stringMatching(UUID), user_id: null, metadata: {} })
    const at = Date.parse(received.payload['timestamp'] as string)
    expect(at).toBeGreaterThanOrEqual(before - 60_000)
    expect(at).toBeLessThanOrEqual(Date.now() + 60_000)
  })

  test('neither the idempotency key nor what the event had beyond the contract', async () => {
    const idempotency_key = fresh('key')
    const { received } = await delivered({ idempotency_key, extra: 'extra', project_id: 'x', event_id: 'mine' })
    expect(Object.keys(received.payload)).toEqual(MEMBERS)
    expect(received.payload['event_id']).toMatch(UUID)
    expect(received.body).not.toContain(idempotency_key)
  })

  test('without white space, in UTF-8', async () => {
    const { received } = await delivered({ user_id: 'Zoë 😀', metadata: { text: 'a\n"b"\\ </script> é 語 😀\u2028' } })
    expect(received.payload['user_id']).toBe('Zoë 😀')
    expect(received.payload['metadata']).toEqual({ text: 'a\n"b"\\ </script> é 語 😀\u2028' })
    expect(JSON.stringify(JSON.parse(received.body))).toBe(received.body)
  })
})

describe('`signature` in the body', () => {
  test.each([
    ['plain', { metadata: { a: 1 } }],
    ['with every kind of text', { user_id: 'Zoë', metadata: { 'é"\\': '語\n😀\u2028\u0001', '/': '</>' } }],
    ['with numbers', { metadata: { a: 1e21, b: 0.1, c: -0, d: 123456789012345680000 } }],
    ['with a member named signature', { metadata: { signature: 'sha256=0' } }],
  ])(
    'is sha256= and the hex HMAC-SHA-256, keyed with the secret, over the same document without it: %s',
    async (_what, event) => {
      const { received } = await delivered(event)
      expect(received.payload['signature']).toBe(signatureOf(received.body, 'webhook-secret'))
      expect(received.payload['signature']).not.toBe(signatureOf(received.body, 'another-secret'))
    },
  )
})

describe('The three headers of Standard Webhooks, so that the public libraries verify it unchanged', () => {
  test('with a secret of the contract', async () => {
    const { received } = await delivered({ metadata: { text: 'é 😀' } })
    const verifier = new Webhook('webhook-secret', { format: 'raw' })
    expect(verifier.verify(received.body, received.headers)).toEqual(received.payload)
    expect(() => verifier.verify(`${received.body} `, received.headers)).toThrow(/signature/i)
  })

  test.each([undefined, 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'])(
    'with a secret in the form of that spec: %s',
    async (given) => {
      await using receiver = await startReceiver()
      const event_name = fresh('standard')
      const made = await receiver.subscribe('/webhook', [event_name], given === undefined ? {} : { secret: given })
      await secret.post(EVENTS, { event_name })
      await receiver.waitFor((all) => all.length > 0)
      const { body, headers, payload } = receiver.received()[0] as Received
      expect(new Webhook(given ?? (made['secret'] as string)).verify(body, headers)).toEqual(payload)
    },
  )

  test('another secret does not verify it', async () => {
    const { received } = await delivered({})
    const stranger = new Webhook('another-secret', { format: 'raw' })
    expect(() => stranger.verify(received.body, received.headers)).toThrow(/signature/i)
  })

  test('webhook-timestamp is in seconds', async () => {
    const { received } = await delivered({ timestamp: '2001-01-01T00:00:00Z' })
    expect(received.headers['webhook-timestamp']).toMatch(/^\d{10}$/)
  })
})

describe('`webhook-id`', () => {
  test('is the same in every attempt', async () => {
    await using receiver = await startReceiver((_received, index) => ({
      kind: 'status',
      code: index === 0 ? 500 : 204,
    }))
    const event_name = fresh('attempts')
    await receiver.subscribe('/webhook', [event_name], { secret: 'webhook-secret' })
    await secret.post(EVENTS, { event_name })
    await receiver.waitFor((all) => all.length === 2, 25_000)
    const [first, second] = receiver.received() as [Received, Received]
    expect(first.headers['webhook-id']).toMatch(/\S/)
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(second.body).toBe(first.body)
    const verifier = new Webhook('webhook-secret', { format: 'raw' })
    for (const { body, headers, payload } of [first, second]) expect(verifier.verify(body, headers)).toEqual(payload)
  })

  test('is another for another event, and for another webhook', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('ids')
    await receiver.subscribe('/one', [event_name])
    await receiver.subscribe('/two', [event_name])
    await secret.post(BATCH, [{ event_name }, { event_name }])
    await receiver.waitFor((all) => all.length === 4)
    expect(new Set(receiver.received().map(({ headers }) => headers['webhook-id'])).size).toBe(4)
  })
})

describe('An event goes to a webhook once', () => {
  test('however many subscriptions and rules point there', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('once')
    const last = fresh('last')
    const { id } = await receiver.subscribe('/once', [event_name, '*', event_name])
    const rules: string[] = []
    for (const conditions of [{ event_name }, {}, { 'metadata.n': 1 }]) {
      const actions = [
        { type: 'webhook', webhook_id: id },
        { type: 'webhook', webhook_id: id },
      ]
      const rule = await secret.post(RULES, { name: 'Same webhook', conditions, actions })
      expect(rule.status).toBe(201)
      rules.push(rule.body['id'] as string)
    }
    await secret.post(EVENTS, { event_name, metadata: { n: 1 } })
    await secret.post(EVENTS, { event_name: last })
    await receiver.waitFor((all) => all.some(({ payload }) => payload['event_name'] === last))
    for (const rule of rules) expect((await secret.delete(`${RULES}/${rule}`)).status).toBe(204)
    const names = receiver.received().map(({ payload }) => payload['event_name'])
    expect(names.filter((name) => name === event_name)).toEqual([event_name])
    expect(names.filter((name) => name === last)).toEqual([last])
  })

  test('each of a batch once, none of them missing', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('batch')
    await receiver.subscribe('/webhook', [event_name])
    const events = Array.from({ length: 100 }, (_, n) => ({ event_name, metadata: { n } }))
    const { body } = await secret.post(BATCH, events)
    await receiver.waitFor((all) => all.length >= 100)
    const ids = (body['results'] as { event_id: string }[]).map(({ event_id }) => event_id)
    expect(
      receiver
        .received()
        .map(({ payload }) => payload['event_id'] as string)
        .sort(),
    ).toEqual(ids.sort())
  })

  test('a rejected event goes nowhere', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('rejected')
    await receiver.subscribe('/webhook', [event_name])
    await secret.post(BATCH, [
      { event_name, user_id: 1 },
      { event_name, user_id: 'good' },
    ])
    await receiver.waitFor((all) => all.length > 0)
    await secret.post(EVENTS, { event_name, user_id: 'last' })
    await receiver.waitFor((all) => all.some(({ payload }) => payload['user_id'] === 'last'))
    expect(receiver.received().map(({ payload }) => payload['user_id'])).toEqual(['good', 'last'])
  })
})
