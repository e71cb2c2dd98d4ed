import type { Database } from 'better-sqlite3'

/** Gives the number of the next event: one more than any event ever had, deleted ones too. */
export type TakeNumber = () => number

/** What it returns is to be called once in each transaction that stores events, and is good for that one. */
export function createEventNumbers(db: Database): () => TakeNumber {
  const highest = db
    .prepare<[], number>('SELECT max(coalesce((SELECT max(id) FROM event), 0), highest_deleted) FROM event_number')
    .pluck()
  return () => {
    let last: number | undefined
    return () => {
      last = (last ?? highest.get() ?? 0) + 1
      return last
    }
  }
}
