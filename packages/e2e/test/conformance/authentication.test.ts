import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, call, collector, createClient, EVENTS, RULES, secret, WEBHOOKS } from './client.ts'
import { countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh, unknownKey } from './fresh.ts'

const hook = { url: 'https://api.example.com/webhook', events: ['user_signed_up'] }
const rule = { name: 'Any', conditions: {}, actions: [{ type: 'webhook', webhook_id: crypto.randomUUID() }] }

/** Every route of the contract. */
const INGEST = [
  ['POST', EVENTS, { event_name: 'page_view' }],
  ['POST', BATCH, [{ event_name: 'page_view' }]],
] as const
const MANAGEMENT = [
  ['GET', ANALYTICS, undefined],
  ['POST', WEBHOOKS, hook],
  ['GET', WEBHOOKS, undefined],
  ['POST', RULES, rule],
] as const
/** What the rulings add. */
const ADDED = [
  ['GET', RULES, undefined],
  ['GET', `${WEBHOOKS}/${crypto.randomUUID()}`, undefined],
  ['PATCH', `${WEBHOOKS}/${crypto.randomUUID()}`, {}],
  ['DELETE', `${WEBHOOKS}/${crypto.randomUUID()}`, undefined],
  ['GET', `${RULES}/${crypto.randomUUID()}`, undefined],
  ['DELETE', `${RULES}/${crypto.randomUUID()}`, undefined],
] as const

function request(method: string, path: string, json: unknown, authorization?: string) {
  const headers = {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(authorization === undefined ? {} : { authorization }),
  }
  return call({ method, path, headers, ...(json === undefined ? {} : { body: JSON.stringify(json) }) })
}

describe('All requests require API key in Authorization header', () => {
  test.each([...INGEST, ...MANAGEMENT, ...ADDED])(
    'missing: 401 with WWW-Authenticate: Bearer: %s %s',
    async (...route) => {
      const answer = await request(...route)
      expectError(answer, 401, 'unauthorized')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/)
    },
  )

  test.each([...INGEST, ...MANAGEMENT, ...ADDED])(
    'unknown: 401 with WWW-Authenticate: Bearer: %s %s',
    async (...route) => {
      const answer = await request(...route, `Bearer ${unknownKey(collector.secretKey)}`)
      expectError(answer, 401, 'unauthorized')
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/)
    },
  )

  test.each([
    ['another scheme', `Basic ${Buffer.from(`${collector.secretKey}:`).toString('base64')}`],
    ['no scheme', collector.secretKey],
    ['nothing after the scheme', 'Bearer'],
    ['two keys', `Bearer ${collector.secretKey} ${collector.secretKey}`],
    ['half a key', `Bearer ${collector.secretKey.slice(0, -1)}`],
    ['more than a key', `Bearer ${collector.secretKey}x`],
    ['a key in other letters', `Bearer ${collector.secretKey.toUpperCase()}`],
    ['SQL', `Bearer ' OR 1=1 --`],
  ])('a header that bears none is 401: %s', async (_what, authorization) => {
    const event_name = fresh('unauthorized')
    expectError(await request('POST', EVENTS, { event_name }, authorization), 401, 'unauthorized')
    expect(await countOf(event_name)).toBe(0)
  })

  test('Authorization: Bearer <api_key>', async () => {
    expect((await request('POST', EVENTS, { event_name: 'page_view' }, `Bearer ${collector.secretKey}`)).status).toBe(
      202,
    )
  })

  test('the name of the scheme in any letters (RFC 9110)', async () => {
    expect((await request('POST', EVENTS, { event_name: 'page_view' }, `bearer ${collector.secretKey}`)).status).toBe(
      202,
    )
  })
})

describe('A key has a kind', () => {
  test.each(INGEST)('publishable: may ingest: %s %s', async (...route) => {
    expect((await request(...route, `Bearer ${collector.publishableKey}`)).status).toBe(202)
  })

  test.each([...MANAGEMENT, ...ADDED])(
    'publishable: may only ingest. Known key, not allowed: 403: %s %s',
    async (...route) => {
      expectError(await request(...route, `Bearer ${collector.publishableKey}`), 403, 'forbidden')
    },
  )

  test('what a publishable key may not do is not done', async () => {
    const url = `https://api.example.com/${fresh('refused')}`
    expectError(await createClient(collector.publishableKey).post(WEBHOOKS, { url }), 403)
    expect((await secret.get(WEBHOOKS)).text).not.toContain(url)
  })

  test.each(INGEST)('secret: everything in its project: %s %s', async (...route) => {
    expect((await request(...route, `Bearer ${collector.secretKey}`)).status).toBe(202)
  })

  test('secret: everything in its project: analytics, webhooks, rules', async () => {
    expect((await secret.get(ANALYTICS)).status).toBe(200)
    const webhook = await secret.post(WEBHOOKS, hook)
    expect(webhook.status).toBe(201)
    expect((await secret.get(WEBHOOKS)).status).toBe(200)
    const actions = [{ type: 'webhook', webhook_id: webhook.body['id'] }]
    const made = await secret.post(RULES, { ...rule, conditions: { event_name: fresh('never') }, actions })
    expect(made.status).toBe(201)
    expect((await secret.delete(`${RULES}/${made.body['id'] as string}`)).status).toBe(204)
    expect((await secret.delete(`${WEBHOOKS}/${webhook.body['id'] as string}`)).status).toBe(204)
  })
})

describe('A key belongs to one project', () => {
  test('events of one project are not counted in another', async ({ skip }) => {
    if (collector.other === undefined) return skip('needs TRUECOUNT_OTHER_SECRET_KEY')
    const event_name = fresh('belongs')
    expect((await secret.post(EVENTS, { event_name })).status).toBe(202)
    expect(await countOf(event_name, createClient(collector.other.secretKey))).toBe(0)
    expect(await countOf(event_name)).toBe(1)
  })

  test('webhooks and rules of one project are not there for another', async ({ skip }) => {
    if (collector.other === undefined) return skip('needs TRUECOUNT_OTHER_SECRET_KEY')
    const stranger = createClient(collector.other.secretKey)
    const webhook = (await secret.post(WEBHOOKS, hook)).body['id'] as string
    const actions = [{ type: 'webhook', webhook_id: webhook }]
    const made = (await secret.post(RULES, { ...rule, conditions: { event_name: fresh('never') }, actions })).body['id']
    expect((await stranger.get(WEBHOOKS)).text).not.toContain(webhook)
    expect((await stranger.get(RULES)).text).not.toContain(made)
    for (const path of [`${WEBHOOKS}/${webhook}`, `${RULES}/${made as string}`]) {
      expectError(await stranger.get(path), 404, 'not_found')
      expectError(await stranger.patch(path, {}), 404, 'not_found')
      expectError(await stranger.delete(path), 404, 'not_found')
      expect((await secret.get(path)).status).toBe(200)
    }
    expectError(await stranger.post(RULES, { ...rule, actions }), 400, 'invalid_request')
    expect((await secret.delete(`${RULES}/${made as string}`)).status).toBe(204)
    expect((await secret.delete(`${WEBHOOKS}/${webhook}`)).status).toBe(204)
  })
})

describe('`project_id`, where a route takes it', () => {
  test.each([ANALYTICS, WEBHOOKS])('is optional: %s', async (path) => {
    expect((await secret.get(path)).status).toBe(200)
  })

  test.for([ANALYTICS, WEBHOOKS])("may be the key's own project: %s", async (path, { skip }) => {
    const { projectId } = collector
    if (projectId === undefined) return skip('needs TRUECOUNT_PROJECT_ID')
    expect((await secret.get(`${path}?project_id=${projectId}`)).status).toBe(200)
  })

  test.each([ANALYTICS, WEBHOOKS])("must be the key's own project, else 403: one that is unknown: %s", async (path) => {
    expectError(await secret.get(`${path}?project_id=${crypto.randomUUID()}`), 403, 'forbidden')
    expectError(await secret.get(`${path}?project_id=`), 403, 'forbidden')
    expectError(await secret.get(`${path}?project_id=no%20uuid`), 403, 'forbidden')
  })

  test.each([ANALYTICS, WEBHOOKS])("must be the key's own project, else 403: another's: %s", async (path) => {
    expectError(
      await secret.get(`${path}?project_id=${collector.other?.projectId ?? crypto.randomUUID()}`),
      403,
      'forbidden',
    )
  })
})

describe('Only a hash is stored', () => {
  test('no key is in the files of the store', async ({ skip }) => {
    const { dbPath, secretKey, publishableKey, limited } = collector
    if (dbPath === undefined) return skip('needs the file of the store')
    const names = (await readdir(dirname(dbPath))).filter((name) => name.startsWith(basename(dbPath)))
    const files = await Promise.all(names.map((name) => readFile(join(dirname(dbPath), name), 'latin1')))
    const webhook = await secret.post(WEBHOOKS, hook)
    const stored = files.join('')
    // What is there proves that the right files are read, and as text.
    expect(stored).toContain(collector.projectId)
    for (const key of [secretKey, publishableKey, limited?.secretKey as string, limited?.publishableKey as string]) {
      expect(stored.includes(key)).toBe(false)
      expect(stored.includes(key.slice(-16))).toBe(false)
    }
    expect((await secret.delete(`${WEBHOOKS}/${webhook.body['id'] as string}`)).status).toBe(204)
  })
})
