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

test('Every route refuses no key, an unknown key, a key that may not and the project of another', async () => {
  const other = await app.newProject('secret')
  expect(app.routes.length).toBeGreaterThan(7)
  for (const { method, path, access } of app.routes) {
    const statusOf = async (key?: string, query = '') => (await call(method, path + query, key)).status
    // What a route makes of an empty request once it is let in: 200, 400 or 415, never one of these.
    const refused = (status: number) => (status === 401 || status === 403 ? status : 'let in')
    expect({
      path,
      none: await statusOf(),
      unknown: await statusOf('tc_sk_unknown'),
      publishable: refused(await statusOf(app.publishableKey)),
      secret: refused(await statusOf(app.secretKey)),
      own: refused(await statusOf(app.secretKey, `?project_id=${app.projectId}`)),
      strange: await statusOf(app.secretKey, `?project_id=${other.projectId}`),
    }).toEqual({
      path,
      none: 401,
      unknown: 401,
      publishable: access === 'secret' ? 403 : 'let in',
      secret: 'let in',
      own: 'let in',
      strange: 403,
    })
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
