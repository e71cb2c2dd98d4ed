import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'
import type { Durability } from '../store.ts'
import { migrate } from './migrate.ts'

/** How long opening waits for another process. */
const OPENING_TIMEOUT_MS = 5_000

/** Pages of the write-ahead log after which a commit writes it back. */
const LAST_CHECKPOINT_PAGES = 65_536

/** Largest write-ahead log that is kept after its content went into the file. To cut one costs the next commit ms: 10 for 16 MB. */
export const KEPT_WAL_BYTES = 31 * 1024 * 1024

/**
 * Opens the one connection that writes, makes the file if there is none, and brings its tables up to date.
 * `power` syncs the log at every commit; `process` only before its content goes into the file.
 */
export function openDatabase(path: string, durability: Durability): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(path)
    // First, because switching to WAL may have to wait for another process.
    db.pragma(`busy_timeout = ${OPENING_TIMEOUT_MS}`)
    // Before the first table, after which it has no effect: what is deleted can then be given back piece by piece.
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma('journal_mode = WAL')
    db.pragma(`journal_size_limit = ${KEPT_WAL_BYTES}`)
    db.pragma(`synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`)
    // Where a sync alone leaves data in the drive's own cache (macOS).
    db.pragma(`fullfsync = ${durability === 'power' ? 'ON' : 'OFF'}`)
    // What is deleted in a page is overwritten, and free pages are given back when somebody was erased: writing zeros over
    // every block that was sealed would cost as much as the block.
    db.pragma('secure_delete = FAST')
    // Another thread writes the log back long before; who ingests does it only when nobody else does.
    db.pragma(`wal_autocheckpoint = ${LAST_CHECKPOINT_PAGES}`)
    // In KiB, if negative. What a commit wrote is not read again by this connection, but for the books of lanes.
    db.pragma('cache_size = -4096')
    db.pragma('foreign_keys = ON')
    migrate(db)
    // From now on `guard` waits, which does not hold the thread.
    db.pragma('busy_timeout = 0')
    return db
  } catch (error) {
    db?.close()
    if (error instanceof StoreError) throw error
    throw new StoreError('unusable', `Cannot open the database ${path}: ${(error as Error).message}`, error)
  }
}
