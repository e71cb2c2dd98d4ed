import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { answerOf, startTestApp, type TestApp, type TestAppOptions } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: TestAppOptions = {}) {
  const app = await startTestApp(options)
  stops.push(app.stop)
  // Nobody answers there: what counts here is what is due.
  const { body } = await app.post('/api/v1/webhooks', { url: 'http://127.0.0.1:9/', events: [] })
  return { app, webhookId: body.id as string }
}

type Started = Awaited<ReturnType<typeof started>>

async function rule({ app, webhookId }: Started, more: object) {
  const actions = [{ type: 'webhook', webhook_id: webhookId }]
  const answer = await app.post('/api/v1/rules', { name: 'r', conditions: { event_name: 'failed' }, actions, ...more })
  expect(answer).toMatchObject({ status: 201 })
  return answer.body
}

const START_MS = Date.parse('2026-01-01T00:00:00Z')
const at = (minute: number) => new Date(START_MS + minute * 60_000).toISOString()
const failed = (user_id: string, minute: number, more: object = {}) => ({
  event_name: 'failed',
  user_id,
  timestamp: at(minute),
  ...more,
})

/** Sends events in order, and returns their ids. */
async function send(app: TestApp, events: readonly object[]): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < events.length; i += 100) {
    const { body } = await app.post('/api/v1/events/batch', events.slice(i, i + 100))
    ids.push(...(body.results as { event_id: string }[]).map(({ event_id }) => event_id))
  }
  return ids
}

/** Events that are due at the webhook, in the order of their arrival. */
async function due({ app, webhookId }: Started): Promise<string[]> {
  const deliveries = await app.store.deliveryLog.list(webhookId, { limit: 100_000 })
  return deliveries.map(({ eventId }) => eventId).toReversed()
}

const remembered = (app: TestApp): number => {
  const db = new Database(app.dbPath, { readonly: true })
  const count = db.prepare('SELECT count(*) FROM rule_window').pluck().get() as number
  db.close()
  return count
}

const fiveInTen = { window: { count: 5, within: '10m', by: 'user_id' } }

describe('A rule with a window', () => {
  test('fires when the fifth matching event of a user falls within ten minutes, once a window', async () => {
    const here = await started()
    expect(await rule(here, fiveInTen)).toMatchObject(fiveInTen)
    const ids = await send(here.app, [
      ...[0, 1, 2, 3].map((minute) => failed('a', minute)),
      failed('b', 3),
      { ...failed('a', 3), event_name: 'other' },
      { event_name: 'failed', timestamp: at(3) },
      failed('a', 4),
      ...[5, 6, 13].map((minute) => failed('a', minute)),
      ...[20, 21, 22, 23, 24].map((minute) => failed('a', minute)),
      failed('b', 14),
    ])
    expect(await due(here)).toEqual([ids[7], ids[15]])
  })

  test('is not counted twice by a repeat of an event', async () => {
    const here = await started()
    await rule(here, fiveInTen)
    const four = [0, 1, 2, 3].map((minute) => failed('a', minute, { idempotency_key: `k${minute}` }))
    await send(here.app, [...four, ...four, ...four])
    expect(await due(here)).toEqual([])
    const [fifth] = await send(here.app, [failed('a', 4)])
    expect(await due(here)).toEqual([fifth])
  })

  test('counts all events together where nothing says by what', async () => {
    const here = await started()
    await rule(here, { window: { count: 3, within: '1h' } })
    const ids = await send(here.app, [failed('a', 0), failed('b', 1), { event_name: 'failed', timestamp: at(2) }])
    expect(await due(here)).toEqual([ids[2]])
  })

  test('counts an event that is exactly an hour behind, as its backtest does, and none later', async () => {
    const here = await started()
    const { id } = await rule(here, { window: { count: 1, within: '1m', by: 'user_id' } })
    const ids = await send(here.app, [failed('a', 60), failed('a', 0)])
    expect(await due(here)).toEqual(ids)
    const { body } = await here.app.post(`/api/v1/rules/${id}/backtest`, {})
    expect(body.event_ids.toSorted()).toEqual(ids.toSorted())
    const [newest] = await send(here.app, [failed('b', 60), failed('b', -0.001)])
    expect(await due(here)).toEqual([...ids, newest])
  })

  test('is shown, changed and taken away, and forgets what it counted', async () => {
    const here = await started()
    const { id } = await rule(here, fiveInTen)
    await send(
      here.app,
      [0, 1, 2, 3].map((minute) => failed('a', minute)),
    )
    expect(remembered(here.app)).toBe(1)
    const change = (body: object) =>
      answerOf(
        fetch(`${here.app.url}/api/v1/rules/${id}`, {
          method: 'PATCH',
          headers: { authorization: `Bearer ${here.app.secretKey}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
    const window = { count: 2, within: '1h', by: 'metadata.ip' }
    expect((await change({ window })).body).toMatchObject({ window })
    expect(remembered(here.app)).toBe(0)
    const ids = await send(here.app, [
      failed('a', 4),
      failed('a', 5, { metadata: { ip: '::1' } }),
      failed('b', 6, { metadata: { ip: '::1' } }),
    ])
    expect(await due(here)).toEqual([ids[2]])
    expect((await change({ window: null })).body).not.toHaveProperty('window')
    const [next] = await send(here.app, [failed('c', 7)])
    expect(await due(here)).toEqual([ids[2], next])
    await change({ window })
    await send(here.app, [failed('a', 8, { metadata: { ip: '::1' } })])
    await here.app.store.rules.remove(here.app.projectId, id)
    expect(remembered(here.app)).toBe(0)
  })

  test('forgets a user who is erased', async () => {
    const here = await started()
    await rule(here, fiveInTen)
    await send(here.app, [failed('a', 0), failed('b', 0)])
    expect(remembered(here.app)).toBe(2)
    const headers = { authorization: `Bearer ${here.app.secretKey}` }
    await fetch(`${here.app.url}/api/v1/users/a`, { method: 'DELETE', headers })
    expect(remembered(here.app)).toBe(1)
    const db = new Database(here.app.dbPath, { readonly: true })
    const [kept] = db.prepare('SELECT key, state FROM rule_window').all() as { key: Buffer; state: string }[]
    db.close()
    expect({ key: kept?.key.length, state: kept?.state }).toEqual({
      key: 16,
      state: JSON.stringify({ hits: [START_MS], firings: [] }),
    })
  })

  test('forgets keys that nobody used for a week, a few with each event', async () => {
    let nowMs = START_MS
    const here = await started({ now: () => nowMs })
    await rule(here, fiveInTen)
    await send(
      here.app,
      Array.from({ length: 50 }, (_, i) => failed(`u${i}`, 0)),
    )
    expect(remembered(here.app)).toBe(50)
    nowMs += 9 * 86_400_000
    await send(
      here.app,
      Array.from({ length: 30 }, (_, i) => failed(`v${i}`, i)),
    )
    expect(remembered(here.app)).toBe(30)
  })

  test.each([
    [{ count: 0, within: '10m' }, 'window.count: must be a whole number from 1 to 1000'],
    [{ count: 5 }, 'window.within: must be a whole number of s, m, h or d'],
    [{ count: 5, within: '10 minutes' }, 'window.within: must be a whole number of s, m, h or d'],
    [{ count: 5, within: '32d' }, 'from 1s to 31d'],
    [{ count: 5, within: '10m', by: 'timestamp' }, 'window.by: must be user_id, event_name or a path into metadata'],
    [{ count: 5, within: '10m', by: 'metadata' }, 'window.by: must be user_id'],
    [{ count: 5, within: '10m', by: 'metadata..a' }, 'window.by: must be user_id'],
    [{ count: 5, within: '10m', per: 'user_id' }, 'window: has no member per: use count, within, by'],
    [5, 'window'],
  ])('is refused when it is wrong: %j', async (window, message) => {
    const { app, webhookId } = await started()
    const body = { name: 'r', conditions: {}, actions: [{ type: 'webhook', webhook_id: webhookId }], window }
    const answer = await app.post('/api/v1/rules', body)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(answer.body.message).toContain(message)
    expect((await app.post('/api/v1/rules/test', { conditions: {}, window })).status).toBe(400)
  })
})

describe('A dry run explains', () => {
  test('for an event that does not match: the path, the operator and the value found', async () => {
    const { app } = await started()
    await send(app, [
      failed('a', 0, { metadata: { code: 401, tags: ['x', 'y'] } }),
      failed('b', 1, { metadata: { code: 500 } }),
      failed('c', 2, { metadata: { code: 500, tags: [] } }),
    ])
    const because = async (conditions: object) => {
      const { body } = await app.post('/api/v1/rules/test', { conditions })
      return (body.unmatched as { reasons: object[] }[]).map(({ reasons }) => reasons)
    }
    expect(await because({ 'metadata.code': 500, 'metadata.tags': { $size: 0 } })).toEqual([
      [{ path: 'metadata.tags', operator: '$size' }],
      [{ path: 'metadata.code', operator: '$eq', found: 401 }],
    ])
    expect(await because({ $or: [{ user_id: 'z' }, { 'metadata.code': { $lt: 400 } }], event_name: 'failed' })).toEqual(
      [500, 500, 401].map((code, i) => [
        { path: 'user_id', operator: '$eq', found: ['c', 'b', 'a'][i] },
        { path: 'metadata.code', operator: '$lt', found: code },
      ]),
    )
    expect(await because({ 'metadata.tags': { $not: { $exists: true } } })).toEqual([
      [{ path: 'metadata.tags', operator: '$not', found: [] }],
      [{ path: 'metadata.tags', operator: '$not', found: ['x', 'y'] }],
    ])
    expect(await because({ $nor: [{ event_name: 'failed' }], timestamp: { $gt: at(9) } })).toEqual(
      Array.from({ length: 3 }, () => [{ path: 'conditions.$nor', operator: '$nor' }]),
    )
    expect((await because({ timestamp: { $gt: at(1) } }))[0]).toEqual([
      { path: 'timestamp', operator: '$gt', found: '2026-01-01T00:01:00Z' },
    ])
  })

  test('for an event that matches and does not fire: how many its window holds, or why it does not count', async () => {
    const { app } = await started()
    const ids = await send(app, [
      { event_name: 'failed', timestamp: at(0) },
      failed('a', 1),
      failed('a', 2),
      failed('a', 3),
    ])
    const window = { count: 2, within: '10m', by: 'user_id' }
    const { body } = await app.post('/api/v1/rules/test', { conditions: { event_name: 'failed' }, window })
    expect({ ...body, events: body.events.map(({ event_id }: { event_id: string }) => event_id) }).toEqual({
      tested: 4,
      matched: 4,
      events: [ids[2]],
      unmatched: [
        { event_id: ids[3], reasons: [{ path: 'window', operator: 'window.count', found: 3 }] },
        { event_id: ids[1], reasons: [{ path: 'window', operator: 'window.count', found: 1 }] },
        { event_id: ids[0], reasons: [{ path: 'user_id', operator: 'window.by' }] },
      ],
    })
  })
})

test('A number beyond the range of doubles in conditions is refused where they are made, changed and tried', async () => {
  const here = await started()
  const { app, webhookId } = here
  const { id } = await rule(here, {})
  const told = (method: string, path: string, body: object) =>
    answerOf(
      fetch(app.url + path, {
        method,
        headers: { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body).replace('"HUGE"', '1e999'),
      }),
    )
  const conditions = { 'metadata.a': { $in: ['HUGE'] } }
  const actions = [{ type: 'webhook', webhook_id: webhookId }]
  const message = 'conditions.metadata.a.$in holds a number beyond the range of doubles'
  const refused = { status: 400, body: { error: 'invalid_request', message } }
  expect(await told('POST', '/api/v1/rules', { name: 'r', conditions, actions })).toMatchObject(refused)
  expect(await told('PATCH', `/api/v1/rules/${id}`, { conditions })).toMatchObject(refused)
  expect(await told('POST', '/api/v1/rules/test', { conditions })).toMatchObject(refused)
  expect(await app.store.rules.list()).toMatchObject([{ id, conditions: { event_name: 'failed' } }])
})

test('A project has at most 10,000 rules', async () => {
  const here = await started()
  const { app, webhookId } = here
  const one = { ...(await app.store.rules.list())[0] }
  expect(one).toEqual({})
  await rule(here, {})
  const [stored] = await app.store.rules.list()
  for (let i = 1; i < 10_000; i++) {
    await app.store.rules.create({ ...(stored as NonNullable<typeof stored>), id: `rule-${i}` })
  }
  const body = { name: 'r', conditions: {}, actions: [{ type: 'webhook', webhook_id: webhookId }] }
  const answer = await app.post('/api/v1/rules', body)
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('at most 10000 rules') } })
  await app.store.rules.remove(app.projectId, 'rule-7')
  expect((await app.post('/api/v1/rules', body)).status).toBe(201)
})
