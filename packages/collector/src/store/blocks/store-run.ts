import type { Database } from 'better-sqlite3'
import type { BuiltRun } from './seal-work.ts'
import { partNumber } from './part-number.ts'

/** Stores a run whole. To be called inside a transaction, with runs of moderate length. */
export function createStoreRun(db: Database): (run: BuiltRun) => void {
  const takeId = db.prepare<[], number>('UPDATE storage SET next_run = next_run + 1 RETURNING next_run - 1').pluck()
  const insertPart = db.prepare<[number, Uint8Array]>('INSERT INTO key_run_part VALUES (?, ?)')
  const insert = db.prepare('INSERT INTO key_run VALUES (?, ?, ?, ?, ?)')
  return ({ first, last, keys, head, parts }) => {
    const id = takeId.get() as number
    for (const { slot, body } of parts) insertPart.run(partNumber(id, slot), body)
    insert.run(id, first, last, keys, head)
  }
}
