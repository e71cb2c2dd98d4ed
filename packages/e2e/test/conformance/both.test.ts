import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, call, collector, EVENTS, RULES, secret, WEBHOOKS } from './client.ts'
import { countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'
import { startReceiver } from './receiver.ts'

const WRITES = [EVENTS, BATCH, WEBHOOKS, RULES]
const post = (path: string, type: string | undefined, body: string | Uint8Array<ArrayBuffer>) =>
  call({
    method: 'POST',
    path,
    key: collector.secretKey,
    headers: type === undefined ? {} : { 'content-type': type },
    body,
  })

describe('JSON in, JSON out, UTF-8', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'Application/JSON',
  ])('in: %s', async (type) => {
    const event_name = fresh('ünï')
    expect((await post(EVENTS, type, JSON.stringify({ event_name }))).status).toBe(202)
    expect(await countOf(event_name)).toBe(1)
  })

  test('escaped or not is the same text', async () => {
    const event_name = fresh('é😀')
    const escaped = `"${Array.from({ length: event_name.length }, (_, i) => `\\u${event_name.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
    expect((await post(EVENTS, 'application/json', `{"event_name":${escaped}}`)).status).toBe(202)
    expect((await post(EVENTS, 'application/json', JSON.stringify({ event_name }))).status).toBe(202)
    expect(await countOf(event_name)).toBe(2)
  })

  test('out', async () => {
    const answers = [
      await secret.post(EVENTS, { event_name: 'x' }),
      await secret.get(ANALYTICS),
      await secret.get(WEBHOOKS),
    ]
    for (const { headers } of answers) expect(headers.get('content-type')).toMatch(/^application\/json/)
  })

  test.each(
    WRITES.flatMap((path) =>
      ['text/html', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data; boundary=x'].map(
        (type) => [path, type] as const,
      ),
    ),
  )('A wrong Content-Type on a write is 415: %s %s', async (path, type) =>
    expectError(await post(path, type, '{"event_name":"x"}'), 415, 'unsupported_media_type'),
  )

  test.each(['iso-8859-1', 'utf-16', 'us-ascii'])('A charset that is not UTF-8 is 415: %s', async (charset) => {
    const event_name = fresh('charset')
    const answer = await post(EVENTS, `application/json; charset=${charset}`, JSON.stringify({ event_name }))
    expectError(answer, 415, 'unsupported_media_type')
    expect(await countOf(event_name)).toBe(0)
  })

  test('no Content-Type on a write is 415', async () => {
    const body = new TextEncoder().encode('{"event_name":"x"}')
    expectError(await post(EVENTS, undefined, body), 415, 'unsupported_media_type')
  })

  test.each(
    WRITES.flatMap((path) =>
      [
        '',
        '{',
        '[',
        '{"event_name":"x"',
        "{'event_name':'x'}",
        '{"event_name":"x",}',
        'undefined',
        'NaN',
        '{"event_name":"x"}{}',
        '\ufeff\ufeff{}',
      ].map((body) => [path, body] as const),
    ),
  )('Broken JSON is 400: %s %j', async (path, body) =>
    expectError(await post(path, 'application/json', body), 400, 'invalid_request'),
  )

  test.each(WRITES)('Bytes that are not UTF-8 are 400, and nothing is stored of them: %s', async (path) => {
    const event_name = fresh('bytes')
    const text = new TextEncoder().encode(`{"event_name":"${event_name}","user_id":"_"}`)
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const body = new Uint8Array([...text.slice(0, -3), ...bytes, ...text.slice(-2)])
      expectError(await post(path, 'application/json', body), 400, 'invalid_request')
    }
    expect(await countOf(event_name)).toBe(0)
  })
})

describe('Routes', () => {
  test.each([
    '/',
    '/api',
    '/api/v1',
    '/api/v1/nothing',
    '/api/v2/events',
    '/api/v1/events/',
    '/api/v1/events/batch/x',
    '/API/V1/EVENTS',
    '//api/v1/events',
    '/api/v1/events%2fbatch',
  ])('An unknown route is 404: %s', async (path) => {
    const answer = await call({
      method: 'POST',
      path,
      key: collector.secretKey,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expectError(answer, 404, 'not_found')
  })

  test.each([
    ['GET', EVENTS, 'POST'],
    ['PUT', EVENTS, 'POST'],
    ['DELETE', BATCH, 'POST'],
    ['GET', BATCH, 'POST'],
    ['POST', ANALYTICS, 'GET'],
    ['DELETE', ANALYTICS, 'GET'],
    ['PUT', WEBHOOKS, 'GET'],
    ['DELETE', WEBHOOKS, 'POST'],
    ['PATCH', RULES, 'POST'],
    ['PROPFIND', EVENTS, 'POST'],
    ['QUERY', EVENTS, 'POST'],
  ])('a known route with another method 405 with `Allow`: %s %s', async (method, path, allowed) => {
    const answer = await call({ method, path, key: collector.secretKey })
    expectError(answer, 405, 'method_not_allowed')
    const allow = (answer.headers.get('allow') ?? '').split(/, */)
    expect(allow).toContain(allowed)
    expect(allow).not.toContain(method)
  })
})

describe('Unknown fields of an event are ignored, not rejected', () => {
  test('of a single event and of a batch', async () => {
    const event = {
      event_name: fresh('unknown'),
      id: 7,
      event_id: 'x',
      project_id: 'x',
      received_at: 1,
      extra: { a: [1] },
    }
    expect((await secret.post(EVENTS, event)).status).toBe(202)
    expect((await secret.post(BATCH, [event])).body['rejected']).toBe(0)
    expect(await countOf(event.event_name)).toBe(2)
  })

  test('of the query too', async () => {
    expect(
      (
        await call({
          method: 'POST',
          path: `${EVENTS}?v=2&utm=x`,
          key: collector.secretKey,
          headers: { 'content-type': 'application/json' },
          body: '{"event_name":"x"}',
        })
      ).status,
    ).toBe(202)
    expect((await secret.get(`${ANALYTICS}?v=2`)).status).toBe(200)
  })
})

describe('`__proto__`, `constructor` and the like in metadata are plain data', () => {
  test('stored and returned', async () => {
    await using receiver = await startReceiver()
    const event_name = fresh('proto')
    await receiver.subscribe('/proto', [event_name])
    const metadata =
      '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"toString":"text","hasOwnProperty":1,"then":2,"toJSON":{"a":1}}'
    const answer = await post(EVENTS, 'application/json', `{"event_name":"${event_name}","metadata":${metadata}}`)
    expect(answer.status).toBe(202)
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received()[0]?.body).toContain(`"metadata":${metadata},"signature"`)
  })

  test('never interpreted: an event that has its members only by `__proto__` has none', async () => {
    const event_name = fresh('inherited')
    const answer = await post(EVENTS, 'application/json', `{"__proto__":{"event_name":"${event_name}"}}`)
    expectError(answer, 400, 'invalid_request')
    await post(
      EVENTS,
      'application/json',
      `{"event_name":"x","constructor":{"prototype":{"event_name":"${event_name}"}}}`,
    )
    expect((await secret.post(EVENTS, {})).body['message']).toBe('Event name is required')
    expect(await countOf(event_name)).toBe(0)
  })

  test('never interpreted: names of the language are names of events and users', async () => {
    for (const event_name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      const before = await countOf(event_name)
      expect(
        (await secret.post(EVENTS, { event_name, user_id: event_name, idempotency_key: fresh(event_name) })).status,
      ).toBe(202)
      expect(await countOf(event_name)).toBe(before + 1)
    }
  })
})

describe('Metadata comes back as it went in', () => {
  test.each([
    ['{"a":1,"b":2,"a2":null}'],
    ['{"2":"b","1":"a"}'],
    ['{"z":1,"a":2}'],
    ['{"n":[0,-1,1.5,1e-7,123456789012345],"big":9007199254740991}'],
    ['{"text":"\\u0000\\u0001\\u007f\\u2028","emoji":"😀","combining":"e\u0301"}'],
    ['{"deep":[[[[[{"a":[]}]]]]],"empty":{},"":""}'],
  ])('%s', async (metadata) => {
    await using receiver = await startReceiver()
    const event_name = fresh('returned')
    await receiver.subscribe('/returned', [event_name])
    expect(
      (await post(EVENTS, 'application/json', `{"event_name":"${event_name}","metadata":${metadata}}`)).status,
    ).toBe(202)
    await receiver.waitFor((all) => all.length > 0)
    expect(receiver.received()[0]?.payload['metadata']).toEqual(JSON.parse(metadata))
  })
})
