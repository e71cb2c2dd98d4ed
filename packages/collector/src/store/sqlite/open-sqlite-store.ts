import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'
import type { Durability, Store } from '../store.ts'
import { migrate } from './migrate.ts'
import { createSqliteAnalytics } from './sqlite-analytics.ts'
import { createSqliteLedger } from './sqlite-ledger.ts'
import { createSqliteOutbox } from './sqlite-outbox.ts'
import { createSqliteRegistry } from './sqlite-registry.ts'

const BUSY_TIMEOUT_MS = 5_000
const SYNCHRONOUS: Readonly<Record<Durability, string>> = { process: 'NORMAL', power: 'FULL' }

/**
 * Opens a file, makes it if there is none, and brings its tables up to date.
 * Throws `StoreError` (`unusable`) when the file can't be opened, is no SQLite database or is newer than the program.
 */
export function openSqliteStore(path: string, durability: Durability): Store {
  const db = open(path, durability)
  return {
    ledger: createSqliteLedger(db),
    outbox: createSqliteOutbox(db),
    analytics: createSqliteAnalytics(db),
    ...createSqliteRegistry(db),
    close: () => db.close(),
  }
}

function open(path: string, durability: Durability): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(path)
    // First, because switching to WAL may have to wait for another process.
    db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    db.pragma('journal_mode = WAL')
    db.pragma(`synchronous = ${SYNCHRONOUS[durability]}`)
    db.pragma('foreign_keys = ON')
    migrate(db)
    return db
  } catch (error) {
    db?.close()
    if (error instanceof StoreError) throw error
    throw new StoreError('unusable', `Cannot open the database ${path}: ${(error as Error).message}`, error)
  }
}
