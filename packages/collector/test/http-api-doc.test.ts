import { readFileSync } from 'node:fs'
import { ERROR_STATUS } from '@truecount/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

const PAGE = readFileSync(new URL('../../../docs/http-api.md', import.meta.url), 'utf8')

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

const EXAMPLE = /```http\n([A-Z]+) (\S+)\n((?:[\w-]+: .*\n)*)(?:\n([^`]*))?```\n\n```json (\d{3})\n([^`]*)```/g

/** What differs from run to run: it must look like what stands there. */
const VARYING = [/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/]

/** Puts the documented text where an answer has another id or time. */
function likeDocumented(actual: unknown, documented: unknown): unknown {
  if (typeof actual === 'string' && typeof documented === 'string') {
    return VARYING.some((shape) => shape.test(actual) && shape.test(documented)) ? documented : actual
  }
  if (typeof actual !== 'object' || actual === null || typeof documented !== 'object') return actual
  if (Array.isArray(actual)) return actual.map((member, i) => likeDocumented(member, (documented as unknown[])?.[i]))
  const members = documented as Readonly<Record<string, unknown>> | null
  return Object.fromEntries(
    Object.entries(actual).map(([name, value]) => [name, likeDocumented(value, members?.[name])]),
  )
}

test('Every example of the page is answered as it stands there', async () => {
  const examples = [...PAGE.matchAll(EXAMPLE)]
  expect(examples).toHaveLength(PAGE.split('```http').length - 1)
  expect(examples.length).toBeGreaterThan(8)
  let webhookId = ''
  for (const [, method, path, headerLines, body, status, documented] of examples) {
    const filled = (text: string) =>
      text
        .replaceAll('SECRET_KEY', app.secretKey)
        .replaceAll('PUBLISHABLE_KEY', app.publishableKey)
        .replaceAll('WEBHOOK_ID', webhookId)
    const headers = filled(headerLines ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(': ') as [string, string])
    const answer = await answerOf(
      fetch(app.url + filled(path as string), {
        method: method as string,
        headers,
        ...(body === undefined ? {} : { body: filled(body) }),
      }),
    )
    const expected: unknown = JSON.parse(documented as string)
    const told = { path, status: answer.status, body: likeDocumented(answer.body, expected) }
    expect(told).toEqual({ path, status: Number(status), body: expected })
    if (method === 'POST' && path === '/api/v1/webhooks') webhookId = answer.body.id
  }
})

test('The page lists every error with its status', () => {
  const listed = [...PAGE.matchAll(/^\| `(\w+)` +\| (\d{3}) /gm)].map(([, error, status]) => [error, Number(status)])
  expect(Object.fromEntries(listed)).toEqual(ERROR_STATUS)
})
