import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DROPPED_EVENT_NAME, formatLaneKey, parseLaneKey } from '@truecount/protocol'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { timeUuid } from '../src/id/uuid.ts'
import { checkEvent } from '../src/ingest/ledger-entry.ts'
import { openTestStore } from './open-test-store.ts'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
const dbPath = join(folder.path, 'ledger.db')
const store = await openTestStore(dbPath)
const rows = new Database(dbPath)

afterAll(async () => {
  rows.close()
  await store.close()
  folder.remove()
})

interface Sent {
  readonly event_name?: string
  readonly metadata?: { readonly reasons: Readonly<Record<string, number>>; readonly last?: number }
  readonly idempotency_key?: string
}

const lanes = ['AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB']
const anyKey = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...lanes), fc.integer({ min: 1, max: 14 }))
      .map(([lane, seq]) => formatLaneKey(lane, seq)),
  },
  { weight: 2, arbitrary: fc.constantFrom('order-1', 'order-2', 'tc1.short.1', 'tc1.AAAAAAAAAAAAAAAA.01') },
  { weight: 1, arbitrary: fc.constant(undefined) },
)
const anyReasons = fc.dictionary(
  fc.constantFrom('queue_full', 'too_large', 'from_the_future'),
  fc.integer({ min: 1, max: 3 }),
)
const anyContent: fc.Arbitrary<Sent> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ event_name: 'click' }) },
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc
      .record({ reasons: anyReasons, last: fc.integer({ min: 1, max: 25 }) }, { requiredKeys: ['reasons'] })
      .map((metadata) => ({ event_name: DROPPED_EVENT_NAME, metadata })),
  },
)
const anySent = fc
  .tuple(anyContent, anyKey)
  .map(([content, key]): Sent => (key === undefined ? content : { ...content, idempotency_key: key }))
const anyGroups = fc.array(
  fc.array(fc.array(anySent, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
  { maxLength: 8 },
)

/** The promise in plain code: a set of stored keys, a map of rejected ones, and the highest number of each lane. */
function createModel() {
  const stored = new Set<string>()
  const rejected = new Set<string>()
  const highest = new Map<string, number>()
  const drops = new Map<string, Map<string, number>>()
  let keyless = 0
  let duplicates = 0

  function judge(sent: Sent): string {
    const key = sent.idempotency_key
    const valid = sent.event_name !== undefined
    if (key === undefined) {
      keyless += Number(valid)
      return valid ? 'stored' : 'rejected'
    }
    const position = parseLaneKey(key)
    if (position !== undefined) highest.set(position.lane, Math.max(highest.get(position.lane) ?? 0, position.seq))
    if (stored.has(key)) {
      duplicates += 1
      return 'duplicate'
    }
    if (!valid) {
      if (position !== undefined) rejected.add(key)
      return 'rejected'
    }
    stored.add(key)
    rejected.delete(key)
    if (position !== undefined) tell(position.lane, sent.metadata ?? { reasons: {} })
    return 'stored'
  }

  function tell(lane: string, { reasons, last = 0 }: NonNullable<Sent['metadata']>): void {
    highest.set(lane, Math.max(highest.get(lane) as number, last))
    const told = drops.get(lane) ?? new Map<string, number>()
    for (const [reason, count] of Object.entries(reasons)) {
      const name = reason === 'from_the_future' ? 'other' : reason
      told.set(name, (told.get(name) ?? 0) + count)
    }
    drops.set(lane, told)
  }

  function books() {
    const inLane = (keys: Set<string>, lane: string) =>
      [...keys].filter((key) => parseLaneKey(key)?.lane === lane).length
    const foreign = [...stored].filter((key) => parseLaneKey(key) === undefined).length
    const told: Record<string, number> = {}
    for (const [reason, count] of [...drops.values()].flatMap((reasons) => [...reasons])) {
      told[reason] = (told[reason] ?? 0) + count
    }
    // What was told as dropped and came after all is not dropped.
    const perLane = [...highest].map(([lane, top]) => {
      const unknown = top - inLane(stored, lane) - inLane(rejected, lane)
      const lost = Math.min(unknown, sum([...(drops.get(lane)?.values() ?? [])]))
      return { lost, missing: unknown - lost }
    })
    return {
      told,
      dropped: sum(perLane.map(({ lost }) => lost)),
      sums: {
        lanes: highest.size,
        waiting: 0,
        captured: sum([...highest.values()]) + foreign + keyless,
        stored: stored.size + keyless,
        deleted: 0,
        duplicatesPrevented: duplicates,
        rejectedByReason: rejected.size === 0 ? {} : { invalid_request: rejected.size },
        missing: sum(perLane.map(({ missing }) => missing)),
      },
    }
  }
  return { judge, books, known: () => new Set([...stored, ...rejected]) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** How many runs of neighbouring numbers the keys of all lanes make. */
function runsOf(keys: ReadonlySet<string>): number {
  return [...keys].filter((key) => {
    const position = parseLaneKey(key)
    return position !== undefined && !keys.has(formatLaneKey(position.lane, position.seq - 1))
  }).length
}

test('The ledger stores each key once and its books close, in any order, with any repeats, rejections and drops', async () => {
  await fc.assert(
    fc.asyncProperty(anyGroups, async (groups) => {
      const projectId = timeUuid(Date.now(), randomBytes)
      await store.projects.create({ id: projectId, name: '', allowedOrigins: null, createdAtMs: 0 })
      const model = createModel()
      const fresh: string[] = []
      const before = countEvents()
      for (const group of groups) {
        const expected = group.map((batch) => batch.map(model.judge))
        const checked = group.map((batch) =>
          batch.map((sent) => checkEvent(sent, { projectId, nowMs: 1, randomBytes })),
        )
        const { verdicts } = await store.ledger.ingest(
          checked.map((entries) => ({ projectId, entries })),
          (_project, events) => {
            fresh.push(...events.map(({ eventId }) => eventId))
            return []
          },
        )
        expect(verdicts).toEqual(expected)
      }
      const { told, dropped, sums: books } = model.books()
      const { droppedByReason, ...sums } = await store.books.books(projectId)
      expect(sums).toEqual(books)
      expect(sum(Object.values(droppedByReason))).toBe(dropped)
      for (const [reason, count] of Object.entries(droppedByReason))
        expect(count).toBeLessThanOrEqual(told[reason] ?? 0)
      expect(new Set(fresh).size).toBe(fresh.length)
      expect(fresh).toHaveLength(books.stored)
      expect(countEvents() - before).toBe(books.stored)
      expect(countRows('lane_range r JOIN lane l ON l.id = r.lane WHERE l.project = p.id', projectId)).toBe(
        runsOf(model.known()),
      )
    }),
    { numRuns: 150 },
  )
})

/** Of all projects: nothing else is stored meanwhile. */
function countEvents(): number {
  return rows.prepare('SELECT coalesce(sum(events), 0) FROM block').pluck().get() as number
}

function countRows(from: string, projectId: string): number {
  return rows
    .prepare(`SELECT (SELECT count(*) FROM ${from}) FROM project p WHERE p.uuid = ?`)
    .pluck()
    .get(projectId) as number
}

test('A transaction that fails stores nothing at all', async () => {
  const projectId = timeUuid(Date.now(), randomBytes)
  await store.projects.create({ id: projectId, name: '', allowedOrigins: null, createdAtMs: 0 })
  const arrival = { projectId, nowMs: 1, randomBytes }
  const sent = [
    { event_name: 'a', idempotency_key: formatLaneKey(lanes[0] as string, 1) },
    { event_name: 'b', idempotency_key: 'k' },
    {},
  ]
  const batch = { projectId, entries: sent.map((event) => checkEvent(event, arrival)) }
  const failing = store.ledger.ingest([batch], () => {
    throw new Error('the plan fails')
  })
  await expect(failing).rejects.toThrow('the plan fails')
  expect(await store.books.books(projectId)).toMatchObject({ captured: 0, stored: 0, missing: 0 })
  const { verdicts } = await store.ledger.ingest([batch], () => [])
  expect(verdicts).toEqual([['stored', 'stored', 'rejected']])
})
