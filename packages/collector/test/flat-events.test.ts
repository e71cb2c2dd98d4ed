import { afterEach, describe, expect, test } from 'vitest'
import { StoreError } from '../src/store/store-error.ts'
import { type Answer, answerOf, startTestApp, type TestApp, type TestAppOptions } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp(options)
  stops.push(app.stop)
  return app
}

/** A request without a key. */
function ask(app: TestApp, method: string, path: string, body?: unknown): Promise<Answer> {
  const json = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return answerOf(fetch(app.url + path, { method, ...json }))
}

const event = (timestamp: string, facts: object = {}) => ({ user_id: 1, event_type: 'view', timestamp, ...facts })
const idsOf = ({ body }: Answer) => body.data.map(({ id }: { id: number }) => id)

describe('An id', () => {
  test('grows, and is not used again when the newest events are deleted', async () => {
    const app = await started()
    const first = await ask(app, 'POST', '/event', event('2025-01-01'))
    const second = await ask(app, 'POST', '/event', event('2024-01-01'))
    expect([first.body.id, second.body.id]).toEqual([1, 2])
    expect((await ask(app, 'DELETE', '/events?before=2030-01-01')).body).toEqual({ data: { deleted_events: 2 } })
    expect((await ask(app, 'POST', '/event', event('2025-01-01'))).body.id).toBe(3)
  })

  test('of an event is the same wherever it is listed, and whichever API it came by', async () => {
    const app = await started()
    await app.post('/api/v1/events', { event_name: 'view', user_id: '1', timestamp: '2025-01-02' })
    const posted = await ask(app, 'POST', '/event', event('2025-01-01'))
    expect(idsOf(await ask(app, 'GET', '/events'))).toEqual([1, posted.body.id])
    expect(idsOf(await ask(app, 'GET', '/users/events?user_id=1'))).toEqual([1, posted.body.id])
  })
})

describe('The list', () => {
  test('is ordered by timestamp, then id, newest first, over pages that begin anywhere in any hour', async () => {
    const app = await started()
    const hours = [5, 3, 3, 9, 1, 9, 9, -400_000, 3, 5, 7]
    const events = hours.flatMap((hour, i) => {
      const start = Date.UTC(2025, 0, 1) + hour * 3_600_000
      return [0, 0, i * 1000, 3_599_999].map((ms) => event(new Date(start + ms).toISOString()))
    })
    expect((await ask(app, 'POST', '/events', events)).status).toBe(201)
    const instants = events.map(({ timestamp }, i) => ({ ms: Date.parse(timestamp), id: i + 1 }))
    const expected = instants.toSorted((a, b) => b.ms - a.ms || b.id - a.id).map(({ id }) => id)
    for (const limit of [1, 2, 3, 5, 7, 44, 1000]) {
      const listed: number[] = []
      for (let page = 1; listed.length < events.length; page++) {
        const answer = await ask(app, 'GET', `/events?page=${page}&limit=${limit}`)
        expect(answer.body.query).toEqual({ page, limit, total: events.length })
        expect(answer.body.data.length).toBeGreaterThan(0)
        listed.push(...idsOf(answer))
      }
      expect({ limit, listed }).toEqual({ limit, listed: expected })
    }
    expect((await ask(app, 'GET', '/events?page=999999999999')).body).toMatchObject({ data: [], query: { total: 44 } })
  })

  test("leaves the SDK's own drop reports out, of pages, totals and figures", async () => {
    const app = await started()
    const report = { event_name: '$dropped', user_id: '1', timestamp: '2025-01-01T00:00:01Z', metadata: { page: '/a' } }
    await app.post('/api/v1/events', report)
    await ask(app, 'POST', '/event', event('2025-01-01'))
    expect(idsOf(await ask(app, 'GET', '/events'))).toEqual([2])
    expect((await ask(app, 'GET', '/users/events?user_id=1')).body).toMatchObject({ query: { total: 1 } })
    for (const window of ['', '?from=2025-01-01&to=2025-01-01T00:00:02Z']) {
      const { body } = await ask(app, 'GET', `/stats${window}`)
      expect(body.data).toEqual({ total_events: 1, unique_users: 1, top_pages: {} })
    }
    const { body } = await ask(app, 'GET', '/stats?type=$dropped')
    expect(body.data).toEqual({ total_events: 1, unique_users: 1, top_pages: { '/a': 1 } })
  })

  test('has metadata as it was sent, in the order of its members', async () => {
    const app = await started()
    const metadata = '{"z":1,"__proto__":{"a":"é😀"},"constructor":null,"a":[{}]}'
    const body = `{"user_id":1,"event_type":"view","metadata":${metadata}}`
    const headers = { 'content-type': 'application/json' }
    const posted = await (await fetch(`${app.url}/event`, { method: 'POST', headers, body })).text()
    const listed = await (await fetch(`${app.url}/events`)).text()
    expect(posted).toContain(`"metadata":${metadata}}`)
    expect(listed).toContain(posted)
  })

  test('is of the one project that is served', async () => {
    const app = await started()
    const other = await app.newProject('secret')
    await app.post('/api/v1/events', { event_name: 'view', user_id: '1' }, other.key)
    expect((await ask(app, 'GET', '/events')).body).toMatchObject({ data: [], query: { total: 0 } })
    expect((await ask(app, 'GET', '/users/events?user_id=1')).body).toMatchObject({ data: [], query: { total: 0 } })
    expect((await ask(app, 'GET', '/stats')).body.data).toMatchObject({ total_events: 0, unique_users: 0 })
    await ask(app, 'DELETE', '/events?before=2999-01-01')
    expect((await app.get('/api/v1/analytics/events', other.key)).body.count).toBe(1)
  })
})

test('Users are counted exactly among many events, in any window', async () => {
  const app = await started()
  const start = Date.UTC(2025, 0, 1)
  const times = Array.from({ length: 3_000 }, (_, i) => ({ user: (i * i) % 701, ms: start + i * 60_000 }))
  const events = times.map(({ user, ms }) => event(new Date(ms).toISOString(), { user_id: user }))
  for (const i of [0, 1, 2]) await ask(app, 'POST', '/events', events.slice(i * 1_000, (i + 1) * 1_000))
  await app.post('/api/v1/events/batch', [{ event_name: '$dropped', user_id: 'told' }, { event_name: 'anonymous' }])
  for (const [from, to] of [
    [0, 2_999],
    [17, 2_500],
    [900, 2_950],
    [10, 40],
  ] as const) {
    const window = `from=${new Date(start + from * 60_000).toISOString()}&to=${new Date(start + to * 60_000).toISOString()}`
    const users = new Set(times.slice(from, to + 1).map(({ user }) => user)).size
    const { body } = await ask(app, 'GET', `/stats?${window}`)
    expect(body.data).toMatchObject({ total_events: to - from + 1, unique_users: users })
  }
  const all = new Set(times.map(({ user }) => user)).size
  expect((await ask(app, 'GET', '/stats')).body.data).toMatchObject({ total_events: 3_001, unique_users: all })
})

describe('A batch', () => {
  test('is stored whole or not at all, and the answer names the first event that is wrong', async () => {
    const app = await started()
    const bad = await ask(app, 'POST', '/events', [event('2025-01-01'), event('2025-02-30'), { event_type: 'x' }])
    expect([bad.status, Object.keys(bad.body)]).toEqual([400, ['error']])
    for (const fact of ['index 2', 'user_id']) expect(bad.body.error).toContain(fact)
    const worse = await ask(app, 'POST', '/events', [event('2025-01-01'), event('2025-02-30')])
    for (const fact of ['index 1', '2025-02-30']) expect(worse.body.error).toContain(fact)
    expect((await ask(app, 'GET', '/events/total')).body.query.total).toBe(0)
  })

  test('or an event whose user is a number that no JSON parser keeps is told up to where numbers go', async () => {
    const app = await started()
    const send = (user_id: unknown) => ask(app, 'POST', '/event', event('2025-01-01', { user_id }))
    const bound = Number.MAX_SAFE_INTEGER
    expect((await send(-bound)).body.user_id).toBe(`-${bound}`)
    expect((await send('9007199254740993')).body.user_id).toBe('9007199254740993')
    const error = `user_id must be a whole number from -${bound} to ${bound}, or a text that is not empty`
    for (const user of [bound + 1, 1.5, '', null, true]) expect((await send(user)).body).toEqual({ error })
  })

  test('that the store cannot take is 503 failed to queue', async () => {
    const failure = new StoreError('unavailable', 'full')
    const wrapStore: TestAppOptions['wrapStore'] = (store) => ({
      ...store,
      ledger: { ingest: () => Promise.reject(failure) },
    })
    const app = await started({ wrapStore })
    const answer = await ask(app, 'POST', '/events', [event('2025-01-01')])
    expect([answer.status, answer.body]).toEqual([503, { data: 'failed to queue' }])
    const single = await ask(app, 'POST', '/event', event('2025-01-01'))
    expect([single.status, Object.keys(single.body)]).toEqual([503, ['error']])
  })

  test('of a thousand events as large as they may be is taken', async () => {
    const app = await started()
    const metadata = { page: 'é'.repeat(5_000) }
    const events = Array.from({ length: 1_000 }, () => event('2025-01-01', { metadata }))
    expect((await ask(app, 'POST', '/events', events)).status).toBe(201)
    expect((await ask(app, 'GET', '/events?limit=1')).body.query.total).toBe(1_000)
  })
})

describe('Who may call', () => {
  const paths = ['/events', '/events/total', '/users/events?user_id=1', '/stats', '/clear_cache']

  test('on loopback: anybody; a page whose name was made to lead there needs a key', async () => {
    const app = await started()
    for (const path of paths) expect((await ask(app, 'GET', path)).status).toBe(200)
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      const headers = { host: 'attacker.example' }
      request(`${app.url}/events`, { headers }, (response) => resolve(response.resume().statusCode)).end()
    })
    expect(status).toBe(401)
  })

  test('elsewhere: a secret key of that project', async () => {
    const app = await started({ flatAccess: 'key' })
    const other = await app.newProject('secret')
    for (const path of paths) {
      const answer = await ask(app, 'GET', path)
      expect([path, answer.status, Object.keys(answer.body)]).toEqual([path, 401, ['error']])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect((await app.get(path)).status).toBe(200)
      expect((await app.get(path, app.publishableKey)).status).toBe(403)
      expect((await app.get(path, other.key)).status).toBe(403)
    }
    expect((await ask(app, 'POST', '/event', event('2025-01-01'))).status).toBe(401)
    expect((await ask(app, 'POST', '/events', [event('2025-01-01')])).status).toBe(401)
    expect((await ask(app, 'POST', '/users')).status).toBe(401)
    expect((await ask(app, 'DELETE', '/events?before=2030-01-01')).status).toBe(401)
    expect((await app.get('/events')).body.query.total).toBe(0)
  })

  test('where it is opened by name: anybody, by whatever name', async () => {
    const app = await started({ flatAccess: 'open' })
    for (const path of paths) expect((await ask(app, 'GET', path)).status).toBe(200)
  })
})
