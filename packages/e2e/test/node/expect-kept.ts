import { expect } from 'vitest'
import type { Expectation, Facts } from './scenario.ts'
import type { SubjectBooks } from './subject.ts'

/** The promise, cell by cell: nothing lost, nothing doubled, and both ledgers add up. */
export function expectKept(facts: Facts, expected: Expectation): void {
  const { tracked, results, arrivals, server } = facts
  const books = results.flatMap((result) => result.books ?? [])
  const { destroyed = 0, destroyedUnseen = 0, drops = {}, met = [] } = expected
  const told = sum(Object.values(server.dropsTold))

  expect({
    lost: tracked - server.distinct - told - destroyed,
    doubled: server.rows - server.distinct,
    waiting: books.at(-1)?.waiting,
    adopted: sum(books.map(({ adopted }) => adopted)),
    rejected: sum(books.map(({ rejected }) => rejected)),
  }).toEqual({ lost: 0, doubled: 0, waiting: 0, adopted: expected.adopted ?? 0, rejected: 0 })

  for (const each of books) expectSum(each)
  expectDrops(books, drops, told + destroyed)
  if (server.ledger !== undefined) {
    const { captured, stored, rejected, dropped, missing, reports } = server.ledger
    expect({ captured, missing }).toEqual({
      captured: tracked + reports - destroyedUnseen,
      missing: destroyed - destroyedUnseen,
    })
    expect(captured).toBe(stored + rejected + dropped + missing)
  }
  expect([...new Set(arrivals.map(({ outcome }) => outcome))]).toEqual(expect.arrayContaining([...met]))
  const errors = books.flatMap((each) => each.errors)
  if (expected.error === undefined) expect(errors).toEqual([])
  else expect(errors.join('\n')).toMatch(expected.error)
  expected.check?.(facts)
}

function expectSum({ captured, adopted, delivered, rejected, dropped, waiting }: SubjectBooks): void {
  expect(captured + adopted).toBe(delivered + rejected + dropped + waiting)
}

function expectDrops(books: readonly SubjectBooks[], drops: Expectation['drops'], known: number): void {
  const reasons: Record<string, number> = {}
  for (const { dropReasons } of books) {
    for (const [reason, count] of Object.entries(dropReasons)) reasons[reason] = (reasons[reason] ?? 0) + count
  }
  if (drops === 'counted') expect(sum(Object.values(reasons))).toBeGreaterThan(0)
  else expect(reasons).toEqual(drops)
  expect(sum(Object.values(reasons)), 'drops that the SDK signalled and those that the server knows of').toBe(known)
  expect(sum(books.map(({ dropped }) => dropped))).toBe(known)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
