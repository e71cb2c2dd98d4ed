import { describe, expect, test } from 'vitest'
import { type Answer, call, collector, EVENTS, type Fields, secret } from './client.ts'
import { countOf } from './count.ts'
import { fresh, freshHour, iso } from './fresh.ts'

const json = { 'content-type': 'application/json' }
const key = collector.secretKey
const get = (path: string) => call({ method: 'GET', path, key })
const post = (path: string, value: unknown) =>
  call({ method: 'POST', path, key, headers: json, body: JSON.stringify(value) })
const total = async () => queryOf(await get('/events/total'))['total'] as number
const queryOf = ({ body }: Answer) => body['query'] as Fields
const dataOf = ({ body }: Answer) => body['data'] as Fields[]
const figuresOf = ({ body }: Answer) => body['data'] as Fields

/** Expects the flat shape: words, and nothing else. */
function expectFlatError({ status, body }: Answer, expected: number): void {
  expect([status, Object.keys(body)]).toEqual([expected, ['error']])
  expect(body['error']).toMatch(/\S/)
}

describe('POST /event', () => {
  test('wants user_id, an integer or a string', async () => {
    const event_type = fresh('user')
    for (const user_id of [7, -7, '7', 'ada']) {
      const { status, body } = await post('/event', { user_id, event_type })
      expect([status, body['user_id']]).toEqual([201, String(user_id)])
    }
    for (const user_id of [undefined, null, 1.5, 1e21, '', true, [1], {}]) {
      expectFlatError(await post('/event', { user_id, event_type }), 400)
    }
    expect(await countOf(event_type)).toBe(4)
  })

  test('wants event_type, and says so by that name', async () => {
    for (const event_type of [undefined, null, '', 5, 'x'.repeat(101)]) {
      const answer = await post('/event', { user_id: 1, event_type })
      expectFlatError(answer, 400)
      expect(answer.body['error']).toContain('event_type')
    }
  })

  test('timestamp optional (now), metadata optional', async () => {
    const { status, body } = await post('/event', { user_id: 1, event_type: fresh('now') })
    expect([status, body['metadata']]).toEqual([201, {}])
    expect(Math.abs(Date.parse(body['timestamp'] as string) - Date.now())).toBeLessThan(60_000)
  })

  test('a date that does not exist is an error', async () => {
    expectFlatError(await post('/event', { user_id: 1, event_type: 'x', timestamp: '2024-02-30' }), 400)
  })

  test('201 with the stored event; `id` is a positive integer that grows', async () => {
    const ids: number[] = []
    for (let i = 0; i < 3; i++) ids.push((await post('/event', { user_id: 1, event_type: 'x' })).body['id'] as number)
    expect(ids[0]).toBeGreaterThan(0)
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(3)
  })

  test('unknown fields are ignored', async () => {
    const event = { user_id: 1, event_type: fresh('unknown'), id: 5, event_name: 'other', idempotency_key: 'k' }
    for (let i = 0; i < 2; i++) expect((await post('/event', event)).status).toBe(201)
    expect(await countOf(event.event_type)).toBe(2)
  })
})

describe('POST /events', () => {
  test('an array of 1 to 1,000 events', async () => {
    const event_type = fresh('many')
    const events = (count: number) => Array.from({ length: count }, (_, user_id) => ({ user_id, event_type }))
    for (const body of [[], events(1_001), {}, 'x', null]) expectFlatError(await post('/events', body), 400)
    expect((await post('/events', events(1_000))).body).toEqual({ data: 'queued' })
    expect(await countOf(event_type)).toBe(1_000)
  })

  test('all or nothing: an invalid event answers 400 that names its index', async () => {
    const event_type = fresh('none')
    const good = { user_id: 1, event_type }
    const answer = await post('/events', [good, good, { user_id: 1 }, good])
    expectFlatError(answer, 400)
    expect(answer.body['error']).toContain('index 2')
    expect(await countOf(event_type)).toBe(0)
  })
})

describe('GET /events', () => {
  test('newest first, and `total` is exact', async () => {
    const before = await total()
    const event_type = fresh('listed')
    const start = Date.UTC(2090, 0) + Math.floor(Math.random() * 1e9) * 1000
    const events = [0, 2, 1, 2].map((second) => ({ user_id: 1, event_type, timestamp: iso(start + second * 1000) }))
    await post('/events', events)
    const answer = await get('/events?limit=1000')
    const listed = dataOf(answer).filter(({ type }) => type === event_type)
    const order = listed.map(({ timestamp }) => (Date.parse(timestamp as string) - start) / 1000)
    expect(order).toEqual([2, 2, 1, 0])
    expect(listed[0]?.['id']).toBeGreaterThan(listed[1]?.['id'] as number)
    expect(queryOf(answer)).toEqual({ page: 1, limit: 1000, total: before + 4 })
  })

  test('pages follow each other without gap or repeat, and after the last there are none', async () => {
    await post(
      '/events',
      [1, 2, 3].map((user_id) => ({ user_id, event_type: 'page' })),
    )
    const all = dataOf(await get('/events?limit=1000')).map(({ id }) => id)
    const pages = [1, 2, 3].map(async (page) => dataOf(await get(`/events?page=${page}&limit=2`)))
    expect((await Promise.all(pages)).flat().map(({ id }) => id)).toEqual(all.slice(0, 6))
    expect(dataOf(await get('/events?page=1000000'))).toEqual([])
  })

  test.each(['/events', '/events/total'])('%s: out of range or not a number is 400', async (path) => {
    for (const query of ['page=0', 'page=-1', 'page=x', 'page=1.5', 'page=', 'limit=0', 'limit=1001', 'limit=x']) {
      expectFlatError(await get(`${path}?${query}`), 400)
    }
    expect(queryOf(await get(`${path}?page=2&limit=1`))).toMatchObject({ page: 2, limit: 1 })
  })
})

describe('DELETE /events', () => {
  test('missing or bad `before` is 400', async () => {
    for (const path of ['/events', '/events?before=', '/events?before=soon', '/events?before=2024-02-30']) {
      expectFlatError(await call({ method: 'DELETE', path, key }), 400)
    }
  })

  test('deletes strictly before, answers with how many, and totals are right', async () => {
    const event_name = fresh('old')
    const at = Date.UTC(1960, 0)
    const path = `/events?before=${iso(at)}`
    await call({ method: 'DELETE', path, key })
    const before = await total()
    for (const ms of [at - 1, at - 86_400_000, at]) await secret.post(EVENTS, { event_name, timestamp: iso(ms) })
    expect(await total()).toBe(before + 3)
    const answer = await call({ method: 'DELETE', path, key })
    expect([answer.status, answer.body]).toEqual([200, { data: { deleted_events: 2 } }])
    expect(await total()).toBe(before + 1)
    await call({ method: 'DELETE', path: `/events?before=${iso(at + 1)}`, key })
  })
})

describe('Users', () => {
  test('POST /users 201 with an integer id, another each time', async () => {
    const made = [
      await call({ method: 'POST', path: '/users', key }),
      await call({ method: 'POST', path: '/users', key }),
    ]
    const ids = made.map((answer) => figuresOf(answer)['id'] as number)
    expect(made.map(({ status }) => status)).toEqual([201, 201])
    for (const id of ids) expect(Number.isSafeInteger(id)).toBe(true)
    expect(ids[1]).toBeGreaterThan(ids[0] as number)
  })

  test('GET /users/events: newest first, at most `limit`; `query.total` is the exact number of events', async () => {
    const user_id = fresh('user')
    const times = ['2025-01-02T00:00:00Z', '2025-01-03T00:00:00Z', '2025-01-01T00:00:00Z']
    await post(
      '/events',
      times.map((timestamp) => ({ user_id, event_type: 'x', timestamp })),
    )
    const answer = await get(`/users/events?user_id=${user_id}&limit=2`)
    const days = dataOf(answer).map(({ timestamp }) => timestamp)
    expect(days).toEqual(['2025-01-03T00:00:00+00:00', '2025-01-02T00:00:00+00:00'])
    expect(queryOf(answer)).toEqual({ page: 1, limit: 2, total: 3 })
  })

  test('400 without user_id; an unknown user has an empty list', async () => {
    for (const path of ['/users/events', '/users/events?user_id=', '/users/events?user_id=1&limit=1001']) {
      expectFlatError(await get(path), 400)
    }
    const { status, body } = await get(`/users/events?user_id=${fresh('nobody')}`)
    expect([status, body]).toEqual([200, { data: [], query: { page: 1, limit: 1000, total: 0 } }])
  })
})

describe('GET /stats', () => {
  test('`from`/`to` inclusive, `type`; top_pages counts strings only, most first, ties by name; limit default 3', async () => {
    const hour = freshHour()
    const [click, view] = [fresh('click'), fresh('view')]
    const pages = ['/b', '/b', '/c', '/a', '/d', 5, null, '10', undefined]
    await post(
      '/events',
      pages.map((page, i) => ({
        user_id: i % 2,
        event_type: page === '/d' ? view : click,
        timestamp: iso(hour + i * 1000),
        metadata: { page },
      })),
    )
    const stats = (query: string) => get(`/stats?from=${iso(hour)}&to=${iso(hour + 8_000)}${query}`)
    const all = await stats('')
    expect(figuresOf(all)).toMatchObject({ total_events: 9, unique_users: 2 })
    expect(all.text).toContain('"top_pages":{"/b":2,"/a":1,"/c":1}')
    const clicks = await stats(`&type=${click}&limit=5`)
    expect(figuresOf(clicks)).toMatchObject({ total_events: 8, unique_users: 2 })
    expect(clicks.text).toContain('"top_pages":{"/b":2,"/a":1,"/c":1,"10":1}')
    const inside = await get(`/stats?from=${iso(hour + 1)}&to=${iso(hour + 7_999)}`)
    expect(figuresOf(inside)).toMatchObject({ total_events: 7 })
  })

  test('`query` echoes what was asked: dates as 2025-06-01 00:00:00, limit as a string, absent ones left out', async () => {
    expect(queryOf(await get('/stats?from=2025-06-01T00:00:00Z&to=2025-06-08&limit=10'))).toEqual({
      from: '2025-06-01 00:00:00',
      to: '2025-06-08 00:00:00',
      limit: '10',
    })
    expect(queryOf(await get('/stats'))).toEqual({})
  })

  test('a bad parameter is 400', async () => {
    for (const query of ['from=x', 'to=x', 'limit=0', 'limit=1001', 'limit=x', 'from=2025-01-02&to=2025-01-01']) {
      expectFlatError(await get(`/stats?${query}`), 400)
    }
  })

  test('no answer is ever stale: each event counts at once', async () => {
    const type = fresh('stale')
    for (let count = 1; count <= 5; count++) {
      await post('/event', { user_id: count, event_type: type })
      expect(figuresOf(await get(`/stats?type=${type}`))).toMatchObject({ total_events: count, unique_users: count })
    }
  })
})

describe('Errors are `{"error":"…"}`', () => {
  test('a wrong Content-Type on a write is 415, broken JSON is 400', async () => {
    for (const path of ['/event', '/events']) {
      const text = { 'content-type': 'text/plain' }
      expectFlatError(await call({ method: 'POST', path, key, headers: text, body: '{}' }), 415)
      expectFlatError(await call({ method: 'POST', path, key, headers: json, body: '{' }), 400)
    }
  })

  test('an unknown route is 404, a known one with another method 405 with `Allow`', async () => {
    for (const path of ['/events/', '/events/1', '/users/1', '/stats/x']) expectFlatError(await get(path), 404)
    const cases = [
      ['PUT', '/events', ['GET', 'POST', 'DELETE']],
      ['GET', '/event', ['POST']],
      ['DELETE', '/stats', ['GET']],
      ['GET', '/users', ['POST']],
    ] as const
    for (const [method, path, allowed] of cases) {
      const answer = await call({ method, path, key })
      expectFlatError(answer, 405)
      const allow = (answer.headers.get('allow') ?? '').split(/, */)
      expect(allow).toEqual(expect.arrayContaining([...allowed]))
    }
  })
})
