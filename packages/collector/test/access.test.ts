import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const call = (method: string, path: string, key?: string) =>
  answerOf(
    fetch(app.url + path, { method, ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }) }),
  )

/** All that a key inside a page may ever do. */
const OPEN_TO_PAGES = ['/api/v1/events', '/api/v1/events/batch']
const OF_PATH = /:\w+/g

test('Every route, by every kind of key: only the kinds its scope names get in, and only to their own project', async () => {
  const other = await app.newProject('secret')
  const revoked = (await app.post('/api/v1/keys', { kind: 'secret' })).body
  await call('DELETE', `/api/v1/keys/${revoked.id}`, app.secretKey)
  expect(app.routes.length).toBeGreaterThan(20)
  for (const { method, path } of app.routes) {
    const statusOf = async (key?: string, query = '') =>
      (await call(method, path.replace(OF_PATH, 'none') + query, key)).status
    // What a route makes of an empty request once it is let in: 200, 400, 404 or 415, never one of these.
    const refused = (status: number) => (status === 401 || status === 403 ? status : 'let in')
    expect({
      path,
      none: await statusOf(),
      unknown: await statusOf('tc_sk_unknown'),
      revoked: await statusOf(revoked.key),
      publishable: refused(await statusOf(app.publishableKey)),
      secret: refused(await statusOf(app.secretKey)),
      own: refused(await statusOf(app.secretKey, `?project_id=${app.projectId}`)),
      strange: await statusOf(app.secretKey, `?project_id=${other.projectId}`),
    }).toEqual({
      path,
      none: 401,
      unknown: 401,
      revoked: 401,
      publishable: OPEN_TO_PAGES.includes(path) ? 'let in' : 403,
      secret: 'let in',
      own: 'let in',
      strange: 403,
    })
  }
})

test('What belongs to another project is not there, on every route that names a thing', async () => {
  const webhook = (await app.post('/api/v1/webhooks', { url: `${app.url}/healthz`, events: [] })).body
  const delivery = (await app.post(`/api/v1/webhooks/${webhook.id}/test`, undefined)).body
  const actions = [{ type: 'webhook', webhook_id: webhook.id }]
  const rule = (await app.post('/api/v1/rules', { name: 'n', conditions: {}, actions })).body
  const key = (await app.post('/api/v1/keys', { kind: 'secret' })).body
  const ids = { webhooks: webhook.id, rules: rule.id, keys: key.id } as Record<string, string>
  const other = await app.newProject('secret')
  const named = app.routes.filter(({ path }) => path.includes('/:id'))
  expect(named.length).toBeGreaterThan(10)
  // Destroying comes last, so that the owner still finds everything.
  const ordered = named.toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))
  for (const { method, path } of ordered) {
    const kind = path.split('/')[3] as string
    const at = path.replace(':id', ids[kind] as string).replace(':delivery_id', delivery.id)
    expect({ at, ...(await call(method, at, other.key)).body }).toMatchObject({ at, error: 'not_found', code: 404 })
    const own = (await call(method, at, app.secretKey)).status
    expect({ method, at, own }).not.toMatchObject({ own: 404 })
    if (path.endsWith('/rotate')) ids['keys'] = (await app.post('/api/v1/keys', { kind: 'secret' })).body.id
  }
})

test('A refusal is in the error shape', async () => {
  const missing = await call('GET', '/api/v1/rules')
  expect(missing.body).toEqual({ error: 'unauthorized', message: expect.any(String), code: 401 })
  expect(missing.headers.get('www-authenticate')).toBe('Bearer')
  const publishable = await call('GET', '/api/v1/rules', app.publishableKey)
  expect(publishable.body).toEqual({ error: 'forbidden', message: expect.any(String), code: 403 })
})

test('Unknown routes and methods are answered in the error shape', async () => {
  expect((await call('GET', '/api/v1/nothing')).body).toMatchObject({ error: 'not_found', code: 404 })
  const wrong = await call('PUT', '/api/v1/events')
  expect(wrong.body).toMatchObject({ error: 'method_not_allowed', code: 405 })
  expect(wrong.headers.get('allow')).toContain('POST')
})
