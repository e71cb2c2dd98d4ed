import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LedgerEntry } from '../src/store/ledger.ts'
import { createLaneBooks } from '../src/store/sqlite/lane-books.ts'
import { migrate } from '../src/store/sqlite/migrate.ts'
import { createBooksReader } from '../src/store/sqlite/sqlite-books.ts'

const MOST = Number.MAX_SAFE_INTEGER
const EVENTS = 10_000
const EVENTS_A_TRANSACTION = 100

let statements = 0
let db: Database.Database
beforeAll(() => {
  db = new Database(':memory:', { verbose: () => (statements += 1) })
  db.pragma('foreign_keys = ON')
  migrate(db)
})
afterAll(() => db.close())

interface Sent {
  readonly lane: string
  readonly seq: number
  readonly drops?: Readonly<Record<string, number>>
  readonly lastNumber?: number
}

function entryOf({ drops = {}, lastNumber = 0 }: Sent): LedgerEntry {
  const facts = { eventId: '', eventName: 'e', userId: null, timestampMs: 0, receivedAtMs: 0 }
  const event = { ...facts, metadata: {}, metadataText: '{}', drops, lastNumber }
  return { kind: 'event', eventId: '', key: { kind: 'none' }, event }
}

let projects = 0
function openProject() {
  const project = (projects += 1)
  db.prepare('INSERT INTO project (id, uuid, created_at) VALUES (?, ?, 0)').run(project, `p${project}`)
  const openLanes = createLaneBooks(db)
  const readBooks = createBooksReader(db)
  return {
    books: () => readBooks(project),
    take: db.transaction((sent: readonly Sent[]) => {
      const lanes = openLanes()
      const verdicts = sent.map((one) => lanes.lane(project, one.lane).judge(entryOf(one), one.seq))
      lanes.save()
      return verdicts
    }),
  }
}

const anyNumber = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 100_000 }),
  fc.integer({ min: 1, max: MOST }),
  fc.constantFrom(2 ** 31, 2 ** 32 + 1, 2 ** 52, MOST - 1, MOST),
)
const anySent: fc.Arbitrary<Sent> = fc.record(
  {
    lane: fc.constantFrom('a', 'b', 'c'),
    seq: anyNumber,
    drops: fc.dictionary(fc.constantFrom('queue_full', 'other'), anyNumber, { maxKeys: 2 }),
    lastNumber: anyNumber,
  },
  { requiredKeys: ['lane', 'seq'] },
)

describe('Made-up numbers', () => {
  test('add to what was captured and is missing at most 10,000 a lane and 1,000 an event, and the books close', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anySent, { minLength: 1, maxLength: 20 }), { maxLength: 6 }), (transactions) => {
        const { take, books } = openProject()
        const known = new Set<string>()
        for (const sent of transactions) {
          const verdicts = take(sent)
          sent.forEach(({ lane, seq }, i) => {
            const name = `${lane} ${seq}`
            expect(verdicts[i]).toBe(known.has(name) ? 'duplicate' : 'stored')
            known.add(name)
          })
        }
        const { captured, stored, missing, droppedByReason, rejectedByReason, lanes } = books()
        const dropped = Object.values(droppedByReason).reduce((sum, count) => sum + count, 0)
        expect(stored).toBe(known.size)
        expect(rejectedByReason).toEqual({})
        expect(captured).toBe(stored + dropped + missing)
        expect(captured - stored).toBeLessThanOrEqual(lanes * 10_000 + known.size * 1_000)
      }),
      { numRuns: 300 },
    )
  })

  test('are believed when their lane has come so far', () => {
    const { take, books } = openProject()
    take([
      { lane: 'wiped', seq: 1 },
      { lane: 'wiped', seq: 30_000 },
    ])
    expect(books()).toMatchObject({ captured: 2, stored: 2, missing: 0 })
    take(Array.from({ length: 18 }, (_, i) => ({ lane: 'wiped', seq: 30_001 + i })))
    expect(books()).toMatchObject({ captured: 30_018, stored: 20, missing: 29_998 })
  })
})

/** Ways to make the collector keep as much as can be. */
const ATTACKS: Readonly<Record<string, (n: number) => Sent>> = {
  'a lane for each event': (n) => ({ lane: `lane-${n}`, seq: 1 }),
  'every other number': (n) => ({ lane: 'sparse', seq: 2 * n + 1 }),
  'numbers far apart': (n) => ({ lane: 'far', seq: 1 + n * 1e11 }),
  'numbers far apart, from the end': (n) => ({ lane: 'down', seq: MOST - n * 1e11 }),
  'reports of drops beyond all bounds': (n) => ({ lane: 'liar', seq: n + 1, drops: { other: MOST }, lastNumber: MOST }),
}

describe('A sender with a publishable key and ill will', () => {
  const laneBytes = () => db.prepare(`SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%lane%'`).pluck().get() as number

  test.each(Object.entries(ATTACKS))(
    '%s: costs 250 bytes of books an event at most, few statements, and no memory',
    (_name, attack) => {
      const { take } = openProject()
      const transaction = (first: number) =>
        take(Array.from({ length: EVENTS_A_TRANSACTION }, (_, i) => attack(first + i)))
      transaction(0)
      const [bytes, heap, before] = [laneBytes(), heapBytes(), statements]
      for (let n = EVENTS_A_TRANSACTION; n <= EVENTS; n += EVENTS_A_TRANSACTION) transaction(n)
      // Two reads and two writes a lane and piece of 1,024 numbers, and what is around them.
      expect((statements - before) / EVENTS).toBeLessThanOrEqual(5)
      expect((laneBytes() - bytes) / EVENTS).toBeLessThan(250)
      expect(heapBytes() - heap).toBeLessThan(4_000_000)
    },
  )

  test('makes nobody else wait: a batch in order costs the same few statements beside 10,000 gaps', () => {
    const { take } = openProject()
    const batch = (first: number) => Array.from({ length: 100 }, (_, i) => ({ lane: 'worked', seq: first + i }))
    const costOf = (sent: readonly Sent[]) => {
      const before = statements
      take(sent)
      return statements - before
    }
    for (let n = 0; n < 100; n++)
      take(Array.from({ length: 100 }, (_, i) => ({ lane: 'worked', seq: 2 * (n * 100 + i) + 1 })))
    expect(costOf(batch(1_000_000))).toBeLessThanOrEqual(12)
    expect(costOf(batch(1_000_100))).toBeLessThanOrEqual(12)
  })
})

/** Of what is still in use. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}
