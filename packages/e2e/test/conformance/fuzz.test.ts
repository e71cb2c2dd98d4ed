import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { anything, bytes, eventish, expectDocumented, expectFlatDocumented, wellFormed } from './arbitrary-input.ts'
import { ANALYTICS, type Answer, BATCH, call, collector, createClient, EVENTS, RULES, WEBHOOKS } from './client.ts'
import { expectAlive } from './expect-alive.ts'
import { fresh } from './fresh.ts'

/** Another project's key where there is one: what is made here by chance must not meet other tests' events. */
const key = collector.other?.secretKey ?? collector.secretKey
const client = createClient(key)
const json = { 'content-type': 'application/json' }
const runs = { numRuns: 150 }

/** Below these paths errors have the shape of the flat API. */
const FLAT = /^\/(event|events|users|stats|clear_cache)(\/|$)/

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
  call({ method: 'POST', path, key, headers, body })

afterEach(() => expectAlive(client))

describe('No 5xx, no crash, the documented error shape, always', () => {
  test.each([EVENTS, BATCH, WEBHOOKS, RULES, `${RULES}/test`])('any JSON to POST %s', async (path) => {
    const property = fc.asyncProperty(
      fc.oneof(anything, eventish, fc.array(eventish, { maxLength: 5 })),
      async (value) => {
        const answer = await post(path, JSON.stringify(value) ?? '')
        expectDocumented(answer)
        await removeMade(path, answer)
      },
    )
    await fc.assert(property, runs)
  })

  test.each([EVENTS, BATCH, WEBHOOKS, RULES])('any bytes as any type to POST %s', async (path) => {
    const types = [
      'application/json',
      'text/plain',
      'application/json; charset=latin1',
      'text/html',
      ';',
      'application/json;;charset=',
    ]
    const encodings = ['', 'gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', 'identity', 'x']
    const property = fc.asyncProperty(
      bytes,
      fc.constantFrom(...types),
      fc.constantFrom(...encodings),
      async (body, type, encoding) => {
        const headers = { 'content-type': type, ...(encoding === '' ? {} : { 'content-encoding': encoding }) }
        expectDocumented(await post(path, body, headers))
      },
    )
    await fc.assert(property, runs)
  })

  test('any JSON with one character changed, added or left out', async () => {
    const good = JSON.stringify({
      event_name: 'x',
      user_id: 'u',
      timestamp: '2024-01-30T10:00:00Z',
      metadata: { a: [1, 'b', null] },
    })
    const property = fc.asyncProperty(
      fc.nat(good.length),
      fc.nat(1),
      fc.string({ unit: 'binary', maxLength: 2 }),
      async (at, cut, put) => {
        expectDocumented(await post(EVENTS, good.slice(0, at) + put + good.slice(at + cut)))
      },
    )
    await fc.assert(property, runs)
  })

  test('any query to the analytics', async () => {
    const parameter = fc.constantFrom(
      'project_id',
      'event_name',
      'period',
      'from',
      'to',
      'interval',
      'tz',
      'x',
      'key',
      '__proto__',
    )
    const likely = fc.constantFrom(
      '1h',
      '366d',
      '1m',
      '1w',
      '1d',
      '2024-01-01',
      '2024-02-30',
      'Europe/Zurich',
      'UTC',
      '',
      '0',
      '9999-12-31',
      '0001-01-01',
      '999999999999d',
    )
    const property = fc.asyncProperty(
      fc.array(fc.tuple(parameter, fc.oneof(likely, wellFormed)), { maxLength: 5 }),
      async (entries) => {
        expectDocumented(await client.get(`${ANALYTICS}?${new URLSearchParams(entries).toString()}`))
      },
    )
    await fc.assert(property, runs)
  })

  test('any query text, encoded or not', async () => {
    const property = fc.asyncProperty(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.constantFrom(ANALYTICS, WEBHOOKS, RULES),
      async (query, path) => {
        expectDocumented(await client.get(`${path}?${query.replaceAll('#', '%')}`))
      },
    )
    await fc.assert(property, runs)
  })

  test('any path with any method', async () => {
    const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'SEARCH']
    const segment = fc.oneof(
      fc.constantFrom(
        'api',
        'v1',
        'events',
        'batch',
        'analytics',
        'webhooks',
        'rules',
        '%00',
        '%2e%2e',
        '%ff',
        '%',
        '..;',
      ),
      fc.webSegment(),
      fc.uuid(),
    )
    const property = fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.array(segment, { maxLength: 6 }),
      async (method, segments) => {
        const path = `/${segments.join('/')}`
        const answer = await call({ method, path, key })
        // What is sent is what the URL standard makes of it: dot segments are gone.
        if (FLAT.test(new URL(`http://c.example${path}`).pathname)) expectFlatDocumented(answer)
        else expectDocumented(answer)
      },
    )
    await fc.assert(property, runs)
  })

  test('any key', async () => {
    const property = fc.asyncProperty(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.constantFrom('Bearer ', 'bearer', '', 'Basic '),
      async (given, scheme) => {
        const headers = { authorization: `${scheme}${given}`.trim() }
        expectDocumented(
          await call({ method: 'POST', path: EVENTS, headers: { ...json, ...headers }, body: '{"event_name":"x"}' }),
        )
        expectDocumented(
          await call({
            method: 'POST',
            path: `${EVENTS}?key=${encodeURIComponent(given)}`,
            headers: json,
            body: '{"event_name":"x"}',
          }),
        )
      },
    )
    await fc.assert(property, runs)
  })

  test('any conditions that a rule might have', async () => {
    const operator = fc.constantFrom(
      '$eq',
      '$ne',
      '$gt',
      '$gte',
      '$lt',
      '$lte',
      '$in',
      '$nin',
      '$exists',
      '$regex',
      '$options',
      '$not',
      '$all',
      '$elemMatch',
      '$size',
      '$type',
      '$mod',
      '$where',
      '$expr',
    )
    const field = fc.constantFrom(
      'event_name',
      'user_id',
      'timestamp',
      'metadata',
      'metadata.a',
      'metadata.a.0',
      'metadata..',
      '',
      'x',
    )
    const { conditions } = fc.letrec((tie) => ({
      operators: fc.dictionary(
        operator,
        fc.oneof({ depthSize: 'small' }, anything, tie('operators'), fc.array(anything, { maxLength: 3 })),
        { maxKeys: 3 },
      ),
      conditions: fc.oneof(
        { depthSize: 'small' },
        fc.dictionary(field, fc.oneof(anything, tie('operators')), { maxKeys: 3 }),
        fc.dictionary(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('conditions'), { maxLength: 3 }), {
          maxKeys: 2,
        }),
      ),
    }))
    const event = { event_name: fresh('any'), metadata: { a: ['text', 1, null, { b: 2 }] } }
    expect((await client.post(EVENTS, event)).status).toBe(202)
    const property = fc.asyncProperty(conditions, async (value) => {
      expectDocumented(await client.post(`${RULES}/test`, { conditions: value }))
    })
    await fc.assert(property, runs)
  })
})

async function removeMade(path: string, { status, body }: Answer): Promise<void> {
  if (status === 201) await client.delete(`${path}/${body['id'] as string}`)
}
