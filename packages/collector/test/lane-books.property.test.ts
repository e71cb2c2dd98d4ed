import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLaneBooks } from '../src/store/sqlite/lane-books.ts'
import type { LaneRow } from '../src/store/sqlite/lane-row.ts'
import { migrate } from '../src/store/sqlite/migrate.ts'

function openBooks() {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  migrate(db)
  db.exec(`INSERT INTO project (id, uuid, created_at) VALUES (1, 'p', 0)`)
  return { db, openLanes: createLaneBooks(db) }
}

function entry(isValid: boolean, receivedAtMs: number) {
  const head = { eventId: '', key: { kind: 'none' } } as const
  if (!isValid) return { ...head, kind: 'rejection', error: 'invalid_request', receivedAtMs } as const
  const facts = {
    eventId: '',
    eventName: 'e',
    userId: null,
    timestampMs: 0,
    metadata: {},
    metadataText: '{}',
    drops: {},
  }
  return { ...head, kind: 'event', event: { ...facts, receivedAtMs } } as const
}

interface Known {
  readonly stored: ReadonlySet<number>
  readonly rejected: ReadonlySet<number>
}

/** The highest number that is in proportion to the events up to it, looked for among all of them. */
function believedHighest({ stored, rejected }: Known): number {
  const known = [...stored, ...rejected].sort((a, b) => a - b)
  let highest = 0
  known.forEach((seq, i) => {
    if (seq - (i + 1) <= 10_000 + 1_000 * (i + 1)) highest = seq
  })
  return highest
}

const anySeq = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 60 }) },
  // Where one look at the file ends and the next begins.
  { weight: 3, arbitrary: fc.integer({ min: 1020, max: 1028 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 50_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(2 ** 31, 2 ** 52, 2 ** 53 - 1) },
)
const anyTransactions = fc.array(fc.array(fc.tuple(anySeq, fc.boolean()), { minLength: 1, maxLength: 30 }), {
  minLength: 1,
  maxLength: 6,
})

test('A lane in any number of transactions, in any order, is booked as if all its numbers were looked at together', () => {
  const { db, openLanes } = openBooks()
  let lanes = 0
  fc.assert(
    fc.property(anyTransactions, (transactions) => {
      const lane = String((lanes += 1)).padStart(16, '0')
      const [stored, rejected] = [new Set<number>(), new Set<number>()]
      let duplicates = 0
      transactions.forEach((entries, at) => {
        const books = openLanes()
        for (const [seq, isValid] of entries) {
          const isStored = stored.has(seq)
          const verdict = isStored ? 'duplicate' : isValid ? 'stored' : 'rejected'
          expect(books.lane(1, lane).judge(entry(isValid, at), seq)).toBe(verdict)
          duplicates += Number(isStored)
          if (isStored) continue
          if (isValid) stored.add(seq)
          if (isValid) rejected.delete(seq)
          else rejected.add(seq)
        }
        books.save()
      })
      const row = db.prepare('SELECT * FROM lane WHERE lane = ?').get(lane) as LaneRow
      const known = new Set([...stored, ...rejected])
      const highest = believedHighest({ stored, rejected })
      const far = [...known].filter((seq) => seq > highest).length
      const counts = { stored: stored.size, rejected: rejected.size, duplicates, highest, far }
      const seen = { first_seen: 0, last_seen: transactions.length - 1 }
      expect(row).toMatchObject({ ...counts, ...seen, missing: highest - (known.size - far) })
      const ranges = db.prepare('SELECT first, last FROM lane_range WHERE lane = ? ORDER BY first').all(row.id)
      expect(ranges).toEqual(rangesOf(known))
      const kept = db.prepare('SELECT seq FROM lane_rejection WHERE lane = ? ORDER BY seq').pluck().all(row.id)
      expect(kept).toEqual([...rejected].sort((a, b) => a - b))
    }),
    { numRuns: 300 },
  )
  db.close()
})

function rangesOf(numbers: ReadonlySet<number>): { first: number; last: number }[] {
  const ascending = [...numbers].sort((a, b) => a - b)
  const firsts = ascending.filter((number) => !numbers.has(number - 1))
  const lasts = ascending.filter((number) => !numbers.has(number + 1))
  return firsts.map((first, i) => ({ first, last: lasts[i] as number }))
}
