import { createRandom } from '@truecount/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { createRuleBook } from '../src/rules/rule-book.ts'
import type { StoredEvent } from '../src/store/ledger.ts'
import type { Rule } from '../src/store/registry.ts'
import { openTestStore } from './open-test-store.ts'
import { nameUuid } from '../src/id/uuid.ts'
import { answerOf, startTestApp, temporaryFolder, type TestApp } from './start-test-app.ts'

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const START_MS = Date.parse('2026-01-01T00:00:00Z')
const RULES = [
  { conditions: { event_name: 'a', 'metadata.n': { $gte: 3 } } },
  { conditions: { 'metadata.n': { $mod: [2, 0] } }, window: { count: 3, within: '1m', by: 'user_id' } },
  { conditions: { event_name: { $in: ['a', 'b'] } }, window: { count: 10, within: '30s' } },
  { conditions: { user_id: { $exists: true } }, window: { count: 1, within: '5m', by: 'metadata.n' } },
  { conditions: { event_name: 'c' }, window: { count: 4, within: '1h', by: 'metadata.missing' } },
]

/** Events in order of time, some at the same instant. */
function someEvents(count: number, seed: number): object[] {
  const random = createRandom(seed)
  let atMs = START_MS
  return Array.from({ length: count }, () => {
    atMs += Math.floor(random() * 4) * 1_500
    return {
      event_name: 'abc'[Math.floor(random() * 3)],
      timestamp: new Date(atMs).toISOString(),
      ...(random() < 0.8 ? { user_id: `u${Math.floor(random() * 4)}` } : {}),
      metadata: { n: Math.floor(random() * 6) },
    }
  })
}

async function withRules(app: TestApp) {
  const made: { id: string; webhookId: string }[] = []
  for (const [i, rule] of RULES.entries()) {
    const { body } = await app.post('/api/v1/webhooks', { url: `http://127.0.0.1:9/${i}`, events: [] })
    const actions = [{ type: 'webhook', webhook_id: body.id }]
    const created = await app.post('/api/v1/rules', { name: `${i}`, actions, ...rule })
    made.push({ id: created.body.id, webhookId: body.id })
  }
  return made
}

async function send(app: TestApp, events: readonly object[]): Promise<void> {
  for (let i = 0; i < events.length; i += 100) {
    expect((await app.post('/api/v1/events/batch', events.slice(i, i + 100))).body.rejected).toBe(0)
  }
}

describe('A backtest', () => {
  test('fires for exactly the events that the rule fired for when they came', async () => {
    const app = await startTestApp()
    stops.push(app.stop)
    const rules = await withRules(app)
    await send(app, someEvents(1_500, 7))
    const fired: number[] = []
    for (const { id, webhookId } of rules) {
      const { status, body } = await app.post(`/api/v1/rules/${id}/backtest`, {})
      const live = (await app.store.deliveryLog.list(webhookId, { limit: 100_000 })).map(({ eventId }) => eventId)
      expect({ status, ids: body.event_ids.toSorted() }).toEqual({ status: 200, ids: live.toSorted() })
      expect(body).toMatchObject({ tested: 1_500, fired: live.length, complete: true })
      expect(body.unmatched).toHaveLength(Math.min(100, 1_500 - live.length))
      fired.push(live.length)
    }
    // All but the last fire, and not for everything.
    expect(fired.map((count) => count > 0 && count < 1_000)).toEqual([true, true, true, true, false])
  })

  test('judges a number beyond the range of doubles as the rule did when it came: as null', async () => {
    const app = await startTestApp()
    stops.push(app.stop)
    const conditions = [{ $gt: 500 }, { $type: 'number' }, { $type: 'null' }, { $in: [null] }]
    const made: { ruleId: string; webhookId: string }[] = []
    for (const [i, amount] of conditions.entries()) {
      const webhook = await app.post('/api/v1/webhooks', { url: `http://127.0.0.1:9/${i}`, events: [] })
      const actions = [{ type: 'webhook', webhook_id: webhook.body.id }]
      const rule = { name: `${i}`, conditions: { event_name: 'i', 'metadata.amount': amount }, actions }
      made.push({ ruleId: (await app.post('/api/v1/rules', rule)).body.id, webhookId: webhook.body.id })
    }
    const { event_id } = await answerOf(
      fetch(`${app.url}/api/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' },
        body: '{"event_name":"i","metadata":{"amount":1e999}}',
      }),
    ).then(({ body }) => body as { event_id: string })
    const verdicts = await Promise.all(
      made.map(async ({ ruleId, webhookId }) => ({
        live: (await app.store.deliveryLog.list(webhookId, { limit: 10 })).map(({ eventId }) => eventId),
        tried: (await app.post(`/api/v1/rules/${ruleId}/backtest`, {})).body.event_ids,
      })),
    )
    const [silent, fires] = [[], [event_id]].map((ids) => ({ live: ids, tried: ids }))
    expect(verdicts).toEqual([silent, silent, fires, fires])
  })

  test('looks at a half-open range, oldest first, at so many, and says how far it came', async () => {
    const app = await startTestApp()
    stops.push(app.stop)
    const [first] = await withRules(app)
    const minutes = [0, 1, 1, 2, 3]
    await send(
      app,
      minutes.map((minute) => ({
        event_name: 'a',
        timestamp: new Date(START_MS + minute * 60_000).toISOString(),
        metadata: { n: 3 },
      })),
    )
    await app.post('/api/v1/events', { event_name: '$dropped', timestamp: '2026-01-01T00:01:00Z' })
    const backtest = async (range: object) => {
      const { tested, fired, complete, tested_to } = (await app.post(`/api/v1/rules/${first?.id}/backtest`, range)).body
      return { tested, fired, complete, tested_to }
    }
    const at = (minute: number) => `2026-01-01T00:0${minute}:00Z`
    const all = { tested: 5, fired: 5, complete: true, tested_to: at(3) }
    expect(await backtest({})).toEqual(all)
    expect(await backtest({ limit: 5 })).toEqual(all)
    expect(await backtest({ limit: 2 })).toEqual({ tested: 2, fired: 2, complete: false, tested_to: at(1) })
    expect(await backtest({ from: at(1), to: at(3) })).toEqual({
      tested: 3,
      fired: 3,
      complete: true,
      tested_to: at(2),
    })
    expect(await backtest({ from: at(4) })).toEqual({ tested: 0, fired: 0, complete: true, tested_to: null })
  })

  test('refuses what is wrong in words, and is the own project’s', async () => {
    const app = await startTestApp()
    stops.push(app.stop)
    const [first] = await withRules(app)
    const path = `/api/v1/rules/${first?.id}/backtest`
    const told = async (body: unknown) => (await app.post(path, body)).body.message as string
    expect(await told({ from: 'yesterday' })).toContain('from: must be an ISO 8601 date-time')
    expect(await told({ limit: 100_001 })).toContain('limit: must be a whole number from 1 to 100000')
    const other = await app.newProject('secret')
    expect((await app.post(path, {}, other.key)).status).toBe(404)
    expect((await app.post(path, {}, app.publishableKey)).status).toBe(403)
  })

  test('lets events in while it runs', async () => {
    const app = await startTestApp()
    stops.push(app.stop)
    const [first] = await withRules(app)
    await send(app, someEvents(2_000, 11))
    const order: string[] = []
    const backtest = app.post(`/api/v1/rules/${first?.id}/backtest`, {}).then(({ body }) => {
      order.push('backtest')
      return body.tested as number
    })
    for (let i = 0; i < 3; i++) {
      await app.post('/api/v1/events', { event_name: 'z', timestamp: '2020-01-01' })
      order.push('event')
    }
    expect(await backtest).toBeGreaterThanOrEqual(2_000)
    expect(order).toEqual(['event', 'event', 'event', 'backtest'])
  })
})

describe('What a rule has counted', () => {
  const rule: Rule = {
    id: 'rule',
    projectId: 'project',
    name: '',
    conditions: { event_name: 'failed' },
    window: { count: 3, within: '10m', by: 'user_id' },
    actions: [],
    enabled: true,
    createdAtMs: 0,
  }
  const event = (n: number): StoredEvent => ({
    eventId: nameUuid('project', `${n}`),
    eventName: 'failed',
    userId: 'u',
    timestampMs: START_MS + n,
    receivedAtMs: START_MS + n,
    metadata: {},
    metadataText: '{}',
    drops: {},
  })

  test('survives a restart, and what was rolled back was never counted', async () => {
    const folder = temporaryFolder()
    stops.push(folder.remove)
    const path = `${folder.path}/rules.db`
    const first = await openTestStore(path)
    await first.projects.create({ id: 'project', name: '', allowedOrigins: null, createdAtMs: 0 })
    await first.rules.create(rule)
    await first.close()

    /** Stores one event in a store of its own, as after a restart. Whether the rule fired. */
    const store = async (n: number, fails = false): Promise<boolean> => {
      const opened = await openTestStore(path)
      const book = createRuleBook()
      for (const stored of await opened.rules.list()) book.put(stored)
      let fired = false
      const stored = event(n)
      const key = { kind: 'none' } as const
      const entries = [{ kind: 'event', eventId: stored.eventId, key, event: stored } as const]
      const ingest = opened.ledger.ingest([{ projectId: 'project', entries }], (projectId, fresh, windows) => {
        fired = fresh.some((one) => book.firing(projectId, one, windows).length > 0)
        if (fails) throw new Error('The disk is full')
        return []
      })
      await ingest.catch(() => undefined)
      await opened.close()
      return fired
    }
    expect([await store(1), await store(2, true), await store(3), await store(4)]).toEqual([false, false, false, true])
  })
})
