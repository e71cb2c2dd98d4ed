import { Validator } from '@seriousme/openapi-schema-validator'
import { ERROR_STATUS } from '@truecount/protocol'
import { is } from 'superstruct'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenApi } from '../src/describe/openapi.ts'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

let app: TestApp
let api: OpenApi
beforeAll(async () => {
  app = await startTestApp()
  api = (await answerOf(fetch(`${app.url}/openapi.json`))).body as OpenApi
})
afterAll(() => app.stop())

test('/openapi.json is valid OpenAPI 3.1', async () => {
  expect(await new Validator().validate(api as unknown as Record<string, unknown>)).toEqual({ valid: true })
})

test('It names every route and no other, with its parameters, and every operation once', () => {
  const described = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => {
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(path.match(/\{\w+\}/g) ?? []).toEqual(inPath.map((name) => `{${name}}`))
      return `${method.toUpperCase()} ${path}`
    }),
  )
  const served = app.routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  const open = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs'].map((path) => `GET ${path}`)
  expect(described.toSorted()).toEqual([...served, ...open].toSorted())
  const ids = Object.values(api.paths).flatMap((methods) => Object.values(methods).map((o) => o.operationId))
  expect(new Set(ids).size).toBe(ids.length)
})

test('Errors are the closed list', () => {
  const { schemas } = api.components as { schemas: { Error: { properties: { error: { enum: string[] } } } } }
  expect(schemas.Error.properties.error.enum).toEqual(Object.keys(ERROR_STATUS))
})

test('What routes answer is what their descriptions say, in status and in body', async () => {
  const webhook = await app.post('/api/v1/webhooks', { url: `${app.url}/healthz`, events: [] })
  const at = `/api/v1/webhooks/${webhook.body.id}`
  const actions = [{ type: 'webhook', webhook_id: webhook.body.id }]
  const rule = await app.post('/api/v1/rules', { name: 'n', conditions: {}, actions })
  const delivery = await app.post(`${at}/test`, undefined)
  const key = await app.post('/api/v1/keys', { kind: 'secret' })
  const event = { event_name: 'a', idempotency_key: 'k' }
  const exchanges: readonly (readonly [string, string, string, unknown?])[] = [
    ['POST', '/api/v1/events', '/api/v1/events', event],
    ['POST', '/api/v1/events/batch', '/api/v1/events/batch', [event, event]],
    ['GET', '/api/v1/analytics/events', '/api/v1/analytics/events'],
    ['GET', '/api/v1/analytics/delivery', '/api/v1/analytics/delivery'],
    ['POST', '/api/v1/webhooks', '/api/v1/webhooks', { url: `${app.url}/healthz` }],
    ['GET', '/api/v1/webhooks', '/api/v1/webhooks'],
    ['GET', '/api/v1/webhooks/:id', at],
    ['PATCH', '/api/v1/webhooks/:id', at, { events: ['b'] }],
    ['POST', '/api/v1/webhooks/:id/test', `${at}/test`],
    ['GET', '/api/v1/webhooks/:id/deliveries', `${at}/deliveries`],
    [
      'POST',
      '/api/v1/webhooks/:id/deliveries/:delivery_id/redeliver',
      `${at}/deliveries/${delivery.body.id}/redeliver`,
    ],
    ['POST', '/api/v1/rules', '/api/v1/rules', { name: 'n', conditions: {}, actions }],
    ['GET', '/api/v1/rules', '/api/v1/rules'],
    ['GET', '/api/v1/rules/:id', `/api/v1/rules/${rule.body.id}`],
    ['PATCH', '/api/v1/rules/:id', `/api/v1/rules/${rule.body.id}`, { enabled: false }],
    ['POST', '/api/v1/rules/test', '/api/v1/rules/test', { conditions: {} }],
    ['DELETE', '/api/v1/rules/:id', `/api/v1/rules/${rule.body.id}`],
    ['POST', '/api/v1/keys', '/api/v1/keys', { kind: 'publishable', events_per_minute: 0 }],
    ['GET', '/api/v1/keys', '/api/v1/keys'],
    ['POST', '/api/v1/keys/:id/rotate', `/api/v1/keys/${key.body.id}/rotate`],
    ['GET', '/api/v1/projects/current', '/api/v1/projects/current'],
    ['PATCH', '/api/v1/projects/current', '/api/v1/projects/current', { name: 'Shop', retention_days: 9 }],
    ['DELETE', '/api/v1/users/:user_id', '/api/v1/users/u'],
  ]
  for (const [method, path, url, body] of exchanges) {
    const route = app.routes.find((candidate) => candidate.method === method && candidate.path === path)
    const { status, body: schema } = route?.doc.answer ?? {}
    const json = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' }
    const answer = await answerOf(fetch(app.url + url, { method, headers, ...json }))
    const valid = schema === undefined ? answer.body === undefined : is(answer.body, schema)
    expect({ method, path, status: answer.status, valid, body: valid ? '' : answer.body }).toEqual({
      method,
      path,
      status,
      valid: true,
      body: '',
    })
    const asked = route?.doc.body
    expect({ path, asked: asked === undefined || is(body, asked) }).toEqual({ path, asked: true })
  }
})

test('/docs shows every route and every error, and loads nothing from anywhere', async () => {
  const answer = await fetch(`${app.url}/docs`)
  const html = await answer.text()
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  for (const { method, path } of app.routes) expect(html).toContain(`${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  for (const error of Object.keys(ERROR_STATUS)) expect(html).toContain(`<code>${error}</code>`)
  expect(html).not.toMatch(/\ssrc=|<link|<script|href="(?!openapi\.json")/)
})
