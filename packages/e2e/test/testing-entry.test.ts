import { createTestCollector } from 'truecount/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStage } from './examples/stage.ts'
import type { Stage } from './examples/stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await startStage()
})

afterAll(() => stage.stop())

const JSON_TYPE = 'application/json'
const BATCH = '/api/v1/events/batch'
const ONE = '/api/v1/events'
const name = (characters: number) => 'é'.repeat(characters)

/** What a client may send: path, body, content type. The key is added unless the path says `key`. */
const REQUESTS: readonly (readonly [what: string, path: string, body: string, contentType?: string])[] = [
  ['a batch', BATCH, '[{"event_name":"a","idempotency_key":"k1"},{"event_name":"b","user_id":"u"}]'],
  ['a repeat among new ones', BATCH, '[{"event_name":"a","idempotency_key":"k1"},{"event_name":"c"}]'],
  [
    'twice in one batch',
    BATCH,
    '[{"event_name":"d","idempotency_key":"k2"},{"event_name":"d","idempotency_key":"k2"}]',
  ],
  ['a bad one among good ones', BATCH, '[{"event_name":"e"},{"event_name":7},{"event_name":"f","user_id":8}]'],
  ['nothing but bad ones', BATCH, '[{"event_name":""},null,[],"text",{"event_name":"g","idempotency_key":""}]'],
  ['wrong times', BATCH, '[{"event_name":"h","timestamp":"2024-02-30"},{"event_name":"h","timestamp":17}]'],
  [
    'right times',
    BATCH,
    '[{"event_name":"h","timestamp":"2024-02-29"},{"event_name":"h","timestamp":"2024-01-30T10:00:00+01:00"}]',
  ],
  ['metadata that is none', BATCH, '[{"event_name":"i","metadata":[]},{"event_name":"i","metadata":null}]'],
  ['names at the limit', BATCH, JSON.stringify([{ event_name: name(100) }, { event_name: name(101) }])],
  [
    'metadata at the limit',
    BATCH,
    JSON.stringify([10_232, 10_233].map((n) => ({ event_name: 'j', metadata: { m: 'x'.repeat(n) } }))),
  ],
  ['an empty batch', BATCH, '[]'],
  ['no batch at all', BATCH, '{"event_name":"k"}'],
  ['101 events', BATCH, `[${'{"event_name":"l"},'.repeat(100)}{"event_name":"l"}]`],
  ['no JSON', BATCH, '[{"event_name":"m"'],
  ['more than a megabyte', BATCH, `[{"event_name":"n"}]${' '.repeat(1024 * 1024)}`],
  ['one event', ONE, '{"event_name":"o","idempotency_key":"k3"}'],
  ['its repeat', ONE, '{"event_name":"o","idempotency_key":"k3"}'],
  ['one bad event', ONE, '{"event_name":"p","user_id":[]}'],
  ['another content type', ONE, '{"event_name":"q"}', 'application/x-www-form-urlencoded'],
  ['a secret key in the URL', `${ONE}?key=tc_sk_0123`, '{"event_name":"r"}'],
  ['an empty key', `${ONE}?key=`, '{"event_name":"r"}'],
]

/** An answer without what is each collector's own: ids, and the words for what is wrong with a request as a whole. */
async function comparable(response: Response): Promise<unknown> {
  const { event_id, message, results, ...body } = (await response.json()) as Record<string, unknown>
  const verdicts = (results as Record<string, unknown>[] | undefined)?.map(({ event_id: id, ...verdict }) => ({
    ...verdict,
    hasId: typeof id === 'string',
  }))
  return {
    status: response.status,
    replayed: response.headers.get('Idempotency-Replayed'),
    hasId: typeof event_id === 'string',
    hasMessage: typeof message === 'string',
    body,
    verdicts,
  }
}

test('the test collector answers as the real one does, verdict for verdict and word for word', async () => {
  const collector = createTestCollector()
  const answers = { real: {} as Record<string, unknown>, test: {} as Record<string, unknown> }
  for (const [what, path, body, contentType = JSON_TYPE] of REQUESTS) {
    const url = path.includes('?') ? `${stage.url}${path}` : `${stage.url}${path}?key=${stage.key}`
    const request = { method: 'POST', headers: { 'Content-Type': contentType }, body }
    answers.real[what] = await comparable(await fetch(url, request))
    answers.test[what] = await comparable(await collector.fetch(url, request))
  }
  expect(answers.test).toEqual(answers.real)
  const names = collector.events().map(({ event_name }) => event_name)
  const stored = await stage.stored(names.length)
  expect(stored.map(({ event_name }) => event_name).sort()).toEqual(names.sort())
})
