import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { BATCH, call, collector, EVENTS, RULES, secret, WEBHOOKS } from './client.ts'
import { countOf } from './count.ts'
import { expectAlive } from './expect-alive.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'

const MB = 1_048_576
const json = { 'content-type': 'application/json' }
const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}) =>
  call({ method: 'POST', path, key: collector.secretKey, headers: { ...json, ...headers }, body })

afterEach(() => expectAlive())

/** Taken or refused as documented, and stored exactly if it was taken. */
async function expectAllOrNothing(event_name: string, body: string, path = EVENTS): Promise<number> {
  const answer = await post(path, body)
  if (answer.status !== 202) expectError(answer, answer.status === 413 ? 413 : 400)
  expect(await countOf(event_name)).toBe(answer.status === 202 ? 1 : 0)
  return answer.status
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

describe('Deep nesting', () => {
  test.each([100, 1_000, 5_000, 100_000, 500_000])('%i arrays in metadata', async (depth) => {
    const event_name = fresh('deep')
    await expectAllOrNothing(event_name, `{"event_name":"${event_name}","metadata":{"a":${nested(depth)}}}`)
  })

  test.each([100, 1_500, 50_000, 170_000])('%i objects in metadata', async (depth) => {
    const event_name = fresh('deep')
    await expectAllOrNothing(event_name, `{"event_name":"${event_name}","metadata":${nestedObjects(depth)}}`)
  })

  test.each([EVENTS, BATCH, WEBHOOKS, RULES])('a body that is nothing else: %s', async (path) => {
    for (const body of [nested(30_000), nestedObjects(10_000), '['.repeat(60_000)]) {
      const { status, text } = await post(path, body)
      const refusal = { error: 'invalid_request', message: expect.any(String) as string, code: 400 }
      // To the batch route an array is a batch, of one bad event.
      expect({ status, body: JSON.parse(text) as unknown }).toMatchObject({ status: 400, body: refusal })
    }
  })

  test.each([100, 5_000])('%i conditions in each other', async (depth) => {
    const conditions = `${'{"$and":['.repeat(depth)}{}${']}'.repeat(depth)}`
    expectError(await post(RULES, `{"name":"x","conditions":${conditions},"actions":[]}`), 400)
    expectError(await post(`${RULES}/test`, `{"conditions":${conditions}}`), 400)
    expectError(await post(`${RULES}/test`, `{"conditions":{"metadata${'.a'.repeat(depth)}":1}}`), 400)
    expectError(await post(`${RULES}/test`, `{"conditions":{"metadata.a":${nested(depth)}}}`), 400)
  })
})

describe('Unusual values', () => {
  test.each([
    '{"toString":1}',
    '{"toString":{"toString":1},"valueOf":2}',
    '{"toJSON":1,"constructor":null,"hasOwnProperty":0}',
    '{"length":1e9,"then":{}}',
    '[{"toString":1}]',
  ])('members that the language itself would call, in every place: %s', async (value) => {
    const fields = ['event_name', 'user_id', 'timestamp', 'metadata', 'idempotency_key', 'url', 'events', 'secret']
    const whole = `{${[...fields, 'name', 'conditions', 'actions'].map((field) => `"${field}":${value}`).join(',')}}`
    for (const path of [EVENTS, WEBHOOKS, RULES, `${RULES}/test`]) {
      for (const body of [value, whole, `[${whole}]`]) expectError(await post(path, body), 400, 'invalid_request')
    }
    for (const path of [WEBHOOKS, RULES]) {
      for (const field of ['events', 'secret', 'actions', 'name']) {
        const body = `{"url":"https://api.example.com","name":"x","conditions":{},"actions":[{"type":"webhook","webhook_id":${value}}],"${field}":${value}}`
        if (path === RULES || ['events', 'secret'].includes(field))
          expectError(await post(path, body), 400, 'invalid_request')
      }
    }
    expect((await post(BATCH, `[${value},${whole}]`)).status).toBe(400)
  })

  test.each([
    ['1e400'],
    ['-1e400'],
    ['9'.repeat(1000)],
    [`0.${'1'.repeat(1000)}`],
    ['-0'],
    ['1e-400'],
    ['123456789012345678901234567890'],
  ])('huge numbers: %j', async (number) => {
    const event_name = fresh('number')
    await expectAllOrNothing(event_name, `{"event_name":"${event_name}","metadata":{"a":${number}}}`)
  })

  test.each(['\\ud800', '\\udfff', '\\udc00\\ud800', 'a\\ud83d'])('lone surrogates: %s', async (half) => {
    const event_name = fresh('half')
    await expectAllOrNothing(event_name, `{"event_name":"${event_name}","metadata":{"${half}":"${half}"}}`)
    const user = fresh('user')
    await expectAllOrNothing(user, `{"event_name":"${user}","user_id":"${half}","idempotency_key":"${user}${half}"}`)
    const name = await post(EVENTS, `{"event_name":"${fresh('name')}${half}"}`)
    if (name.status !== 202) expectError(name, 400, 'invalid_request')
    for (const path of [WEBHOOKS, RULES]) {
      expectError(
        await post(path, `{"url":"https://${half}","name":"${half}","secret":"${half}"}`),
        400,
        'invalid_request',
      )
    }
  })

  test.each(['event_name', 'user_id', 'idempotency_key', 'metadata'])('NUL in %s', async (field) => {
    const event_name = `${fresh('nul')}${field === 'event_name' ? '\u0000end' : ''}`
    const value = field === 'metadata' ? { 'a\u0000b': 'c\u0000d' } : fresh('a\u0000b')
    const event = { event_name, ...(field === 'event_name' ? {} : { [field]: value }) }
    await expectAllOrNothing(event_name, JSON.stringify(event))
    const beginning = event_name.split('\u0000')[0] as string
    expect(await countOf(beginning === event_name ? fresh('none') : beginning)).toBe(0)
  })

  test('duplicate names: one event, of one of the two names', async () => {
    const [one, two] = [fresh('one'), fresh('two')]
    const { status } = await post(EVENTS, `{"event_name":"${one}","event_name":"${two}","metadata":{"a":1,"a":2}}`)
    expect((await countOf(one)) + (await countOf(two))).toBe(status === 202 ? 1 : 0)
  })

  test('`__proto__` in every place', async () => {
    const polluted = '{"__proto__":{"event_name":"polluted","enabled":false,"url":"x"}}'
    for (const path of [EVENTS, WEBHOOKS, RULES]) expectError(await post(path, polluted), 400, 'invalid_request')
    expect((await post(BATCH, `[${polluted}]`)).status).toBe(400)
    expect((await secret.post(EVENTS, {})).body['message']).toBe('Event name is required')
  })

  test('100,000 members, long names, long texts: refused by size', async () => {
    const members = Array.from({ length: 100_000 }, (_, i) => `"${i}":1`).join(',')
    for (const metadata of [`{${members}}`, `{"${'x'.repeat(900_000)}":1}`, `{"a":"${'x'.repeat(900_000)}"}`]) {
      expectError(await post(EVENTS, `{"event_name":"x","metadata":${metadata}}`), 400, 'invalid_request')
    }
    const event_name = fresh('long')
    const long = { event_name, user_id: 'u'.repeat(500_000), idempotency_key: 'k'.repeat(400_000) }
    await expectAllOrNothing(event_name, JSON.stringify(long))
  })

  test('SQL, scripts and templates are texts', async () => {
    for (const hostile of [
      "'); DROP TABLE event; --",
      '" OR ""="',
      '<script>alert(1)</script>',
      '${7*7}{{7*7}}',
      '../../etc/passwd',
      '%s%n%x',
    ]) {
      const event_name = fresh(hostile)
      const status = await expectAllOrNothing(
        event_name,
        JSON.stringify({ event_name, user_id: hostile, idempotency_key: event_name }),
      )
      expect(status).toBe(202)
    }
  })
})

describe('Compressed bodies: the limit is of the inflated size', () => {
  const encodings = [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', (body: string | Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ] as const

  test.each(encodings)('%s: an event is taken', async (encoding, compress) => {
    const event_name = fresh(encoding)
    const answer = await post(EVENTS, new Uint8Array(compress(JSON.stringify({ event_name }))), {
      'content-encoding': encoding,
    })
    expect(answer.status).toBe(202)
    expect(await countOf(event_name)).toBe(1)
  })

  test.each(encodings)('%s: a bomb of 200 MB is refused by size, at once', async (encoding, compress) => {
    const bomb = new Uint8Array(compress(Buffer.alloc(200 * MB, ' ')))
    expect(bomb.length).toBeLessThan(MB)
    expectError(await post(BATCH, bomb, { 'content-encoding': encoding }), 413, 'payload_too_large')
  })

  test.each(encodings)('%s: one byte over 1 MB inflated is refused, 1 MB is not', async (encoding, compress) => {
    const event_name = fresh('inflated')
    const text = JSON.stringify({ event_name }).padEnd(MB, ' ')
    const send = (body: string) => post(EVENTS, new Uint8Array(compress(body)), { 'content-encoding': encoding })
    expectError(await send(`${text} `), 413, 'payload_too_large')
    expect(await countOf(event_name)).toBe(0)
    expect((await send(text)).status).toBe(202)
    expect(await countOf(event_name)).toBe(1)
  })

  test.each(encodings)('%s: cut, broken, or something else is 400', async (encoding, compress) => {
    const event_name = fresh('cut')
    const whole = new Uint8Array(compress(JSON.stringify({ event_name, metadata: { a: 'text '.repeat(50) } })))
    const broken = whole.map((byte, i) => (i > 12 && i < 20 ? byte ^ 0xff : byte))
    for (const body of [
      whole.slice(0, -4),
      whole.slice(0, 5),
      broken,
      new TextEncoder().encode('{"event_name":"x"}'),
    ]) {
      expectError(await post(EVENTS, body, { 'content-encoding': encoding }), 400, 'invalid_request')
    }
    expect(await countOf(event_name)).toBe(0)
  })

  test.each(['zstd', 'x', 'gzip, gzip', 'gzip, x'])('%s is 415 where it is not known', async (encoding) => {
    const event_name = fresh('unknown')
    const body = new Uint8Array(gzipSync(gzipSync(JSON.stringify({ event_name }))))
    const answer = await post(EVENTS, body, { 'content-encoding': encoding })
    if (answer.status !== 202) expectError(answer, answer.status === 400 ? 400 : 415)
    expect(await countOf(event_name)).toBe(answer.status === 202 ? 1 : 0)
  })
})
