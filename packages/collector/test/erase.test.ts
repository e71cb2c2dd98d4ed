import { readFileSync, statSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { startWebhookSink } from '@truecount/testkit'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { reclaimAll } from '../src/erase/janitor.ts'
import { checkEvent } from '../src/ingest/ledger-entry.ts'
import { startRetentionWorker } from '../src/erase/retention-worker.ts'
import { answerOf, startTestApp, type TestApp, type TestAppOptions } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp(options)
  stops.push(app.stop)
  return app
}

const pause = () => wait(0)
const prune = (app: TestApp, before: string) => app.store.eraser.eraseBefore(app.projectId, Date.parse(before))
const reclaim = (app: TestApp) =>
  reclaimAll({ eraser: app.store.eraser, pause, stopping: new AbortController().signal })
const forget = (app: TestApp, userId: string, key = app.secretKey) =>
  answerOf(
    fetch(`${app.url}/api/v1/users/${encodeURIComponent(userId)}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${key}` },
    }),
  )
const count = async (app: TestApp, query = '') =>
  (await app.get(`/api/v1/analytics/events?from=2020-01-01&to=2030-01-01&interval=1w${query}`)).body
const books = async (app: TestApp) => (await app.get('/api/v1/analytics/delivery')).body
const lane = (seq: number) => `tc1.AAAAAAAAAAAAAAAA.${seq}`

/** Sends `total` events of one lane, every third of user `u0`, the first half of them in 2024. */
async function fill(app: TestApp, total: number): Promise<void> {
  for (let first = 0; first < total; first += 100) {
    const batch = Array.from({ length: Math.min(100, total - first) }, (_, i) => ({
      event_name: 'a',
      user_id: `u${(first + i) % 3}`,
      timestamp: first + i < total / 2 ? '2024-05-05T00:00:00Z' : '2025-05-05T00:00:00Z',
      metadata: { note: 'x'.repeat(100) },
      idempotency_key: lane(first + i + 1),
    }))
    expect((await app.post('/api/v1/events/batch', batch)).status).toBe(202)
  }
}

describe('Deleting before a time', () => {
  test('deletes what is strictly before, leaves counts and books right, and opens no gap', async () => {
    const app = await started()
    await fill(app, 1_200)
    const other = await app.newProject('secret')
    await app.post('/api/v1/events', { event_name: 'a', timestamp: '2024-05-05T00:00:00Z' }, other.key)
    expect(await prune(app, '2024-05-05T00:00:00Z')).toBe(0)
    expect(await prune(app, '2024-05-05T00:00:00.001Z')).toBe(600)
    expect(await count(app)).toMatchObject({ count: 600, unique_users: 3 })
    expect(await books(app)).toMatchObject({ captured: 1200, stored: 1200, deleted: 600, missing: 0 })
    const { body } = await app.get('/api/v1/analytics/events?from=2024-01-01&to=2025-01-01', other.key)
    expect(body.count).toBe(1)
  })

  test('keeps the numbers of a lane, and frees the keys of other events', async () => {
    const app = await started()
    const inLane = { event_name: 'a', timestamp: '2024-05-05', idempotency_key: lane(1) }
    const foreign = { ...inLane, idempotency_key: 'order-1' }
    await app.post('/api/v1/events/batch', [inLane, foreign])
    expect(await prune(app, '2024-05-06')).toBe(2)
    const again = await app.post('/api/v1/events/batch', [inLane, foreign])
    expect(again.body.results.map(({ duplicate = false }) => duplicate)).toEqual([true, false])
    expect((await count(app)).count).toBe(1)
    expect(await books(app)).toMatchObject({ captured: 3, stored: 3, deleted: 2, duplicates_prevented: 1, missing: 0 })
  })

  test('gives the space back to the file system', async () => {
    const app = await started()
    await fill(app, 6_000)
    const sizeOf = () => {
      const db = new Database(app.dbPath)
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
      return statSync(app.dbPath).size
    }
    const full = sizeOf()
    expect(await prune(app, '2026-01-01')).toBe(6_000)
    await reclaim(app)
    expect(sizeOf()).toBeLessThan(full / 4)
    await fill(app, 100)
    expect((await count(app)).count).toBe(0)
    const db = new Database(app.dbPath)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })

  test('of a retention is done by the running collector, for the projects that have one', async () => {
    const app = await started()
    await fill(app, 600)
    const other = await app.newProject('secret')
    await app.post('/api/v1/events', { event_name: 'a', timestamp: '2024-05-05T00:00:00Z' }, other.key)
    const headers = { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' }
    const body = '{"retention_days":30}'
    const set = await fetch(`${app.url}/api/v1/projects/current`, { method: 'PATCH', headers, body })
    expect(set.status).toBe(200)
    expect(await app.store.retention.set('nobody', 30)).toBe(false)
    const told: unknown[] = []
    const ticks: (() => void)[] = []
    let nowMs = Date.parse('2024-06-01')
    const worker = startRetentionWorker({
      eraser: app.store.eraser,
      retention: app.store.retention,
      now: () => nowMs,
      every: (_ms, run) => {
        ticks.push(run)
        return () => ticks.splice(0)
      },
      onErased: (projectId, events) => told.push([projectId, events]),
      onError: (error) => told.push(error),
    })
    await app.store.retention.list()
    expect((await count(app)).count).toBe(600)
    nowMs = Date.parse('2024-06-04T00:00:00.001Z')
    await expect.poll(() => (ticks[0]?.(), told)).toEqual([[app.projectId, 300]])
    await worker.stop()
    expect(ticks).toEqual([])
    expect((await count(app)).count).toBe(300)
    const kept = await app.get('/api/v1/analytics/events?from=2024-01-01&to=2025-01-01', other.key)
    expect(kept.body.count).toBe(1)
  })
})

test('What fails in one project keeps the retention of no other from being obeyed', async () => {
  const told: unknown[] = []
  const days = ['broken', 'sound'].map((projectId) => ({ projectId, days: 30 }))
  const worker = startRetentionWorker({
    eraser: {
      eraseBefore: (projectId) => (projectId === 'broken' ? Promise.reject(new Error('no')) : Promise.resolve(7)),
    },
    retention: { list: () => Promise.resolve(days), set: () => Promise.resolve(true) },
    now: Date.now,
    every: () => () => undefined,
    onErased: (...erased) => told.push(erased),
    onError: (error) => told.push(String(error)),
  })
  await expect.poll(() => told).toEqual(['Error: no', ['sound', 7]])
  await worker.stop()
})

describe('Erasing a user', () => {
  test('deletes all of that user, of that project alone, and says how many', async () => {
    const app = await started()
    await fill(app, 1_200)
    const other = await app.newProject('secret')
    await app.post('/api/v1/events', { event_name: 'a', user_id: 'u0', timestamp: '2024-05-05' }, other.key)
    const { status, body } = await forget(app, 'u0')
    expect({ status, body }).toEqual({ status: 200, body: { user_id: 'u0', deleted: 400 } })
    expect(await count(app)).toMatchObject({ count: 800, unique_users: 2 })
    expect(await books(app)).toMatchObject({ captured: 1200, stored: 1200, deleted: 400, missing: 0 })
    expect((await forget(app, 'u0')).body.deleted).toBe(0)
    expect((await forget(app, 'u0', other.key)).body.deleted).toBe(1)
  })

  test('is not undone by a late repeat, whatever its key', async () => {
    const app = await started()
    const events = [lane(1), 'order-1'].map((key) => ({ event_name: 'a', user_id: 'a/b é', idempotency_key: key }))
    await app.post('/api/v1/events/batch', events)
    expect((await forget(app, 'a/b é')).body).toEqual({ user_id: 'a/b é', deleted: 2 })
    const again = await app.post('/api/v1/events/batch', events)
    expect(again.body.results.map(({ duplicate = false }) => duplicate)).toEqual([true, true])
    expect((await count(app)).count).toBe(0)
    const fresh = { event_name: 'a', user_id: 'a/b é', timestamp: '2025-01-01', idempotency_key: lane(2) }
    await app.post('/api/v1/events', fresh)
    expect((await count(app)).count).toBe(1)
  })

  test('leaves nothing of the user in the file, in deliveries neither', async () => {
    const app = await started()
    const sink = await startWebhookSink({ answer: () => ({ kind: 'status', code: 500 }) })
    stops.push(sink.stop)
    await app.post('/api/v1/webhooks', { url: `${sink.url}/hook`, events: ['*'], secret: 's' })
    const event = { event_name: 'a', user_id: 'ada-lovelace', metadata: { email: 'ada-lovelace@example.org' } }
    await app.post('/api/v1/events', event)
    await app.post('/api/v1/events', { ...event, user_id: 'someone', metadata: {} })
    await sink.waitFor((all) => all.length === 2)
    const db = new Database(app.dbPath)
    const attempts = db.prepare('SELECT count(*) FROM delivery_attempt').pluck()
    await expect.poll(() => attempts.get()).toBe(2)
    expect((await forget(app, 'ada-lovelace')).body.deleted).toBe(1)
    expect(db.prepare('SELECT document FROM delivery').pluck().all()).toEqual([expect.stringContaining('someone')])
    expect(attempts.get()).toBe(1)
    expect(db.pragma('foreign_key_check')).toEqual([])
    await reclaim(app)
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    const bytes = readFileSync(app.dbPath)
    expect([bytes.includes('ada-lovelace'), bytes.includes('someone')]).toEqual([false, true])
  })

  test('needs a secret key', async () => {
    const app = await started()
    expect((await forget(app, 'u', app.publishableKey)).body).toMatchObject({ error: 'forbidden', code: 403 })
  })
})

/** Stores events of a lane without HTTP: many, quickly. */
async function store(app: TestApp, projectId: string, events: number): Promise<void> {
  const arrival = { projectId, nowMs: 1_714_867_200_000, randomBytes: (size: number) => new Uint8Array(size) }
  for (let seq = 1; seq <= events; seq += 1_000) {
    const entries = Array.from({ length: 1_000 }, (_, i) =>
      checkEvent(
        {
          event_name: 'a',
          user_id: `u${(seq + i) % 3}`,
          metadata: { note: 'x'.repeat(i % 100) },
          idempotency_key: `tc1.BBBBBBBBBBBBBBBB.${seq + i}`,
        },
        arrival,
      ),
    )
    await app.store.ledger.ingest([{ projectId, entries }], () => [])
  }
}

test('Deleting never holds up ingestion: no wait comes near the time that the deletion takes in one piece', async () => {
  // A segment, and blocks after it.
  const events = 140_000
  const app = await started()
  const other = await app.newProject('secret')
  for (const projectId of [other.projectId, app.projectId]) await store(app, projectId, events)

  const begun = performance.now()
  expect(await app.store.eraser.eraseBefore(other.projectId, Date.parse('2026-01-01'))).toBe(events)
  await reclaimAll({
    eraser: app.store.eraser,
    pause: () => Promise.resolve(),
    stopping: new AbortController().signal,
  })
  const inOnePieceMs = performance.now() - begun

  const state = { done: false }
  // Begins while the first request is under way, so that none of it goes unseen.
  const begin = async () => {
    const deleted = await Promise.all([forget(app, 'u0'), wait(0).then(() => prune(app, '2026-01-01'))])
    await reclaim(app)
    return deleted
  }
  const erasing = wait(0)
    .then(begin)
    .finally(() => (state.done = true))
  let longestMs = 0
  let sent = 0
  while (!state.done) {
    const asked = performance.now()
    expect((await app.post('/api/v1/events', { event_name: 'b', idempotency_key: lane(++sent) })).status).toBe(202)
    longestMs = Math.max(longestMs, performance.now() - asked)
  }
  const [forgotten, pruned] = await erasing
  expect(forgotten.body.deleted + pruned).toBe(events)
  expect(sent).toBeGreaterThan(20)
  expect(longestMs / inOnePieceMs).toBeLessThan(0.3)
  expect(await books(app)).toMatchObject({
    captured: events + sent,
    stored: events + sent,
    deleted: events,
    missing: 0,
  })
}, 60_000)
