import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, call, collector, createClient, EVENTS, RULES, secret, WEBHOOKS } from './client.ts'
import { countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh, unknownKey } from './fresh.ts'

describe('{"error","message","code"} always, `code` being the HTTP status', () => {
  test('the error as it is documented', async () => {
    const answer = await secret.post(EVENTS, {})
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual({ error: 'invalid_request', message: 'Event name is required', code: 400 })
  })

  const big = ' '.repeat(1_100_000)
  const json = { 'content-type': 'application/json' }
  test.each([
    [400, 'invalid_request', { method: 'POST', path: EVENTS, headers: json, body: '{' }],
    [400, 'invalid_request', { method: 'POST', path: WEBHOOKS, headers: json, body: '' }],
    [400, 'invalid_request', { method: 'GET', path: `${ANALYTICS}?period=x` }],
    [400, 'batch_too_large', { method: 'POST', path: BATCH, headers: json, body: `[${'{},'.repeat(100)}{}]` }],
    [401, 'unauthorized', { method: 'GET', path: ANALYTICS, key: unknownKey(collector.secretKey) }],
    [403, 'forbidden', { method: 'GET', path: ANALYTICS, key: collector.publishableKey }],
    [404, 'not_found', { method: 'GET', path: `${RULES}/${crypto.randomUUID()}` }],
    [404, 'not_found', { method: 'GET', path: '/api/v1/nothing' }],
    [405, 'method_not_allowed', { method: 'DELETE', path: EVENTS }],
    [413, 'payload_too_large', { method: 'POST', path: EVENTS, headers: json, body: big }],
    [413, 'payload_too_large', { method: 'POST', path: RULES, headers: json, body: big }],
    [
      415,
      'unsupported_media_type',
      { method: 'POST', path: EVENTS, headers: { 'content-type': 'text/csv' }, body: 'a' },
    ],
  ])('%i %s: %o', async (status, error, request) => {
    expectError(await call({ key: collector.secretKey, ...request }), status, error)
  })
})

describe('A message says what was wrong and what to do', () => {
  test.each([
    [{ event_name: 'x', timestamp: '2024-02-30' }, ['timestamp', 'ISO 8601', '2024-02-30']],
    [{ event_name: 'x'.repeat(101) }, ['100', '101']],
    [{ event_name: 'x', user_id: 5 }, ['user_id', 'string', 'number']],
    [{ event_name: 'x', metadata: [] }, ['metadata', 'object', 'array']],
    [{ event_name: 'x', metadata: { a: 'x'.repeat(10_240) } }, ['metadata', '10240', '10248']],
  ])('of an event: %j', async (event, mentions) => {
    const { body } = await secret.post(EVENTS, event)
    for (const mention of mentions) expect(body['message']).toContain(mention)
  })

  test('of a kind of key: which kind is needed', async () => {
    const { body } = await createClient(collector.publishableKey).get(ANALYTICS)
    expect(body['message']).toMatch(/secret/)
  })
})

describe('A 5xx never shows internals', () => {
  test('503 unavailable in the same shape while the store is locked; what was refused is not stored, and then all is well', async ({
    skip,
  }) => {
    if (collector.dbPath === undefined) return skip('needs the file of the store')
    const event_name = fresh('locked')
    const stranger = new DatabaseSync(collector.dbPath)
    stranger.exec('BEGIN IMMEDIATE')
    const answer = await secret.post(EVENTS, { event_name })
    stranger.exec('ROLLBACK')
    stranger.close()
    expectError(answer, 503, 'unavailable')
    expect(answer.text).not.toMatch(/sqlite|database|busy|\.ts|\.js|\bat \w+/i)
    expect((await secret.post(EVENTS, { event_name })).status).toBe(202)
    expect(await countOf(event_name)).toBe(1)
  })
})
