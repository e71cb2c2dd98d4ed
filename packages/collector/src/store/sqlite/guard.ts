import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'

/** How long work waits for another process that writes to the same file. */
const PATIENCE_MS = 5_000

/** Most between two tries: the first follow at once, for locks are mostly held for a moment. */
const MAX_PAUSE_MS = 10

/**
 * Runs a synchronous piece of database work as a promise; what the driver throws becomes a `StoreError`. While another
 * process holds the file the work is begun anew, from time to time, and the thread is free in between: so it must be one
 * statement, or a transaction that takes the lock before anything else.
 */
export async function guard<T>(work: () => T, patienceMs = PATIENCE_MS): Promise<T> {
  let waitedMs = 0
  for (;;) {
    const pauseMs = Math.min(1 + waitedMs, MAX_PAUSE_MS)
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || waitedMs >= patienceMs) throw storeErrorOf(error)
    }
    await wait(pauseMs)
    waitedMs += pauseMs
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
}

function storeErrorOf(error: unknown): unknown {
  if (error instanceof Database.SqliteError) {
    return new StoreError('unavailable', `The database refused (${error.code})`, error)
  }
  if (error instanceof TypeError && error.message.includes('not open')) {
    return new StoreError('unavailable', 'The store is closed', error)
  }
  return error
}
