import { request } from 'node:http'
import * as fc from 'fast-check'
import { ERROR_STATUS } from '@truecount/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApp, type TestApp } from './start-test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** Sends what `fetch` would mend. */
function send({ method, path, headers, body }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sending = request(`${app.url}/`, { method, path, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.on('end', () => resolve({ status: answer.statusCode as number, text }))
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

const strangePart = fc.oneof(
  fc.constantFrom('%', '%00', '%E0%A4%A', '%ff', '..', '%2e%2e', '__proto__', "'", '%F0%9F%98%80', ':id'),
  fc.uuid(),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
)
const strangeQuery = fc.oneof(
  fc.constantFrom('', '?', '?%', '?project_id=x', '?project_id=a&project_id=b', '?limit=1e9', '?before=%00', '?tz=%00'),
  fc.webQueryParameters().map((query) => `?${query}`),
  fc
    .tuple(
      fc.constantFrom('period', 'from', 'to', 'interval', 'tz', 'event_name', 'limit', 'before', 'key'),
      strangePart,
    )
    .map(([name, value]) => `?${name}=${value}`),
)
const eventLike = fc.record(
  {
    event_name: fc.oneof(fc.string(), fc.jsonValue()),
    user_id: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    timestamp: fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.jsonValue(),
    ),
    metadata: fc.jsonValue(),
    idempotency_key: fc.oneof(fc.string(), fc.constant('tc1.AAAAAAAAAAAAAAAA.9007199254740993'), fc.jsonValue()),
    url: fc.oneof(fc.webUrl(), fc.jsonValue()),
    events: fc.jsonValue(),
    name: fc.jsonValue(),
    conditions: fc.oneof(fc.jsonValue(), fc.constant({ 'metadata.a': { $in: [null] } })),
    actions: fc.jsonValue(),
    kind: fc.constantFrom('secret', 'publishable', 'x'),
    allowed_origins: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const anyBody = fc.oneof(
  fc.constant(undefined),
  fc
    .oneof(eventLike, fc.array(eventLike, { maxLength: 5 }), fc.jsonValue())
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
)
const anyHeaders = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-16', ''),
    'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'x'),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', ',,', 'x'),
    origin: fc.constantFrom('null', 'https://a.example', ''),
  },
  { requiredKeys: [] },
)

test('Whatever is sent to whichever route: no 5xx, and every refusal in the error shape', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(strangePart, { minLength: 2, maxLength: 2 }),
      strangeQuery,
      anyBody,
      anyHeaders,
      fc.constantFrom('secret', 'publishable', 'none'),
      async (nth, parts, query, body, headers, kind) => {
        const route = app.routes[nth % app.routes.length] as (typeof app.routes)[number]
        let used = 0
        const path = route.path.replace(/:\w+/g, () => parts[used++] as string) + query
        const key = { secret: app.secretKey, publishable: app.publishableKey, none: '' }[kind]
        const all = {
          'content-type': 'application/json',
          ...headers,
          ...(key ? { authorization: `Bearer ${key}` } : {}),
        }
        const { status, text } = await send({ method: route.method, path, headers: all, body })
        expect({ path, status, text }).toMatchObject({ path, status: expect.toSatisfy((code: number) => code < 500) })
        if (status < 400) return
        const answer = JSON.parse(text) as { error: keyof typeof ERROR_STATUS; message: string; code: number }
        expect(answer).toMatchObject({ message: expect.any(String), code: status })
        expect(ERROR_STATUS[answer.error]).toBe(status)
      },
    ),
    { numRuns: 1_500 },
  )
}, 60_000)
