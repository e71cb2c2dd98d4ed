import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { createManualClock, startWebhookSink } from '@truecount/testkit'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { createPostWebhook, type PostWebhook } from '../src/deliver/post-webhook.ts'
import { startDeliveryWorker } from '../src/deliver/delivery-worker.ts'
import { createAddressPolicy } from '../src/deliver/webhook-address.ts'
import { nameUuid, timeUuid } from '../src/id/uuid.ts'
import type { Outbox } from '../src/store/outbox.ts'
import { openTestStore } from './open-test-store.ts'
import { temporaryFolder } from './start-test-app.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

/** Longer than any lease. */
const LEASE_OVER_MS = 60_000
const PROJECT = '11111111-1111-7111-8111-111111111111'
const WEBHOOK = '22222222-2222-7222-8222-222222222222'

/** What a process that is killed does next: nothing, for ever. */
const never = () => new Promise<never>(() => undefined)

interface Life {
  readonly outbox: (real: Outbox) => Outbox
  readonly post: (real: PostWebhook) => PostWebhook
}

const unharmed: Life = { outbox: (real) => real, post: (real) => real }

interface Death {
  readonly life: Life
  /** What it leaves behind: how often the delivery was claimed and sent, and where it stands. */
  readonly left: { readonly leases: number; readonly sent: number; readonly state: string }
}

/**
 * Each is a life that ends at one step. The process stops there, as SIGKILL would stop it: what is committed stays, what
 * is on the wire stays on the wire, and nothing follows.
 */
const DEATHS: Readonly<Record<string, Death>> = {
  'before anything is claimed': {
    life: { ...unharmed, outbox: (real) => ({ ...real, due: never }) },
    left: { leases: 0, sent: 0, state: 'waiting' },
  },
  'after the claim is committed, before anything is sent': {
    life: { ...unharmed, post: () => never },
    left: { leases: 1, sent: 0, state: 'waiting' },
  },
  'when the request was answered, before the answer is read': {
    life: { ...unharmed, post: (real) => (url, request, signal) => real(url, request, signal).then(never) },
    left: { leases: 1, sent: 1, state: 'waiting' },
  },
  'when the answer is known, before it is recorded': {
    life: { ...unharmed, outbox: (real) => ({ ...real, settle: never }) },
    left: { leases: 1, sent: 1, state: 'waiting' },
  },
  'after the record is committed, before the worker knows': {
    life: { ...unharmed, outbox: (real) => ({ ...real, settle: (...args) => real.settle(...args).then(never) }) },
    left: { leases: 1, sent: 1, state: 'delivered' },
  },
}

async function startLife(dbPath: string, now: () => number, { outbox, post }: Life) {
  const store = await openTestStore(dbPath)
  const addresses = createAddressPolicy({ has: () => true })
  const worker = startDeliveryWorker({
    outbox: outbox(store.outbox),
    post: post(createPostWebhook({ policy: addresses, resolveName: never, now })),
    now,
    random: () => 0,
    afterTurn: async () => undefined,
    onAttempt: () => undefined,
    onError: (error) => expect.unreachable(String(error)),
  })
  return { store, worker }
}

/** A file with one event stored and its delivery enqueued, in one transaction, by a process that then died. */
async function makeFile(dbPath: string, url: string, nowMs: number): Promise<string> {
  const store = await openTestStore(dbPath)
  await store.projects.create({ id: PROJECT, name: '', allowedOrigins: null, createdAtMs: nowMs })
  const base = { id: WEBHOOK, projectId: PROJECT, enabled: true, createdAtMs: nowMs }
  await store.webhooks.create({ ...base, url, events: ['a'], secret: 'secret' })
  const eventId = timeUuid(nowMs, randomBytes)
  const deliveryId = nameUuid(eventId, WEBHOOK)
  const times = { timestampMs: nowMs, receivedAtMs: nowMs }
  const event = { eventId, eventName: 'a', userId: null, ...times, metadata: {}, metadataText: '{}', drops: {} }
  const entry = { kind: 'event' as const, eventId, key: { kind: 'none' as const }, event }
  const due = { deliveryId, webhookId: WEBHOOK, document: '{"event_name":"a"}', dueAtMs: nowMs }
  const delivery = { ...due, eventId, eventTimestampMs: nowMs, userId: null }
  await store.ledger.ingest([{ projectId: PROJECT, entries: [entry] }], () => [delivery])
  await store.close()
  return deliveryId
}

function lookInto(dbPath: string, sql: string): unknown[] {
  const db = new Database(dbPath, { readonly: true })
  const column = db.prepare(sql).pluck().all()
  db.close()
  return column
}

function rowsOf(dbPath: string): { states: unknown[]; statuses: unknown[] } {
  return {
    states: lookInto(dbPath, 'SELECT state FROM delivery'),
    statuses: lookInto(dbPath, 'SELECT status FROM delivery_attempt ORDER BY number'),
  }
}

describe('A collector that dies at any step delivers at least once, under the same webhook-id, and loses nothing', () => {
  test.each(Object.entries(DEATHS))('%s', async (_step, { life, left }) => {
    const folder = temporaryFolder()
    stops.push(() => folder.remove())
    const dbPath = join(folder.path, 'crash.db')
    const clock = createManualClock()
    const diedAtMs = clock.now()
    const sink = await startWebhookSink()
    stops.push(sink.stop)
    const deliveryId = await makeFile(dbPath, sink.url, diedAtMs)

    // It is never stopped in order, and its clock stands still; its heir opens the file anew.
    const dead = await startLife(dbPath, () => diedAtMs, life)
    stops.push(() => dead.store.close())
    const leases = () => lookInto(dbPath, 'SELECT lease FROM delivery')
    await expect.poll(() => [...leases(), ...rowsOf(dbPath).states]).toEqual([left.leases, left.state])
    await sink.waitFor((all) => all.length === left.sent)

    await clock.advance(LEASE_OVER_MS)
    const heir = await startLife(dbPath, clock.now, unharmed)
    stops.push(async () => {
      await heir.worker.stop()
      await heir.store.close()
    })
    await expect.poll(() => rowsOf(dbPath)).toEqual({ states: ['delivered'], statuses: [204] })
    const again = left.state === 'delivered' ? 0 : 1
    expect(sink.deliveries.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(left.sent + again).fill(deliveryId),
    )
  })

  test('a lease keeps others away until it ends, and what comes after its end changes nothing', async () => {
    const folder = temporaryFolder()
    const clock = createManualClock()
    const dbPath = join(folder.path, 'lease.db')
    await makeFile(dbPath, 'http://127.0.0.1:1/', clock.now())
    const { outbox, close } = await openTestStore(dbPath)
    stops.push(() => folder.remove(), close)
    const share = [{ webhookId: WEBHOOK, limit: 5 }]
    const claim = () => outbox.claim(share, clock.now(), 1_000)
    const [first] = await claim()
    expect(await claim()).toEqual([])
    await clock.advance(1_000)
    const [second] = await claim()
    expect(second).toMatchObject({ deliveryId: first?.deliveryId, attempt: 1 })
    const attempt = { number: 1, startedAtMs: 0, durationMs: 1, status: 500, error: null, answer: '' }
    const health = { failingSinceMs: null, failedAtMs: null, overloads: 0, pausedUntilMs: 0 }
    const judge = () => ({ next: { state: 'delivered' as const }, health, disable: null })
    expect(await outbox.settle(first as NonNullable<typeof first>, attempt, judge)).toBeUndefined()
    expect(rowsOf(dbPath)).toEqual({ states: ['waiting'], statuses: [] })
    expect(await outbox.settle(second as NonNullable<typeof second>, attempt, judge)).toBeDefined()
    expect(rowsOf(dbPath)).toEqual({ states: ['delivered'], statuses: [500] })
  })
})
