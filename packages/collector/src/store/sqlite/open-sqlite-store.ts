import type { Durability, Store } from '../store.ts'
import { openDatabase } from './open-database.ts'
import { createSqliteAnalytics } from './sqlite-analytics.ts'
import { createSqliteEraser } from './sqlite-eraser.ts'
import { createSqliteLedger } from './sqlite-ledger.ts'
import { createSqliteOutbox } from './sqlite-outbox.ts'
import { createSqliteRegistry } from './sqlite-registry.ts'
import { createSqliteRetention } from './sqlite-retention.ts'

/**
 * Opens a file, makes it if there is none, and brings its tables up to date.
 * Throws `StoreError` (`unusable`) when the file can't be opened, is no SQLite database or is newer than the program.
 */
export function openSqliteStore(path: string, durability: Durability): Store {
  const db = openDatabase(path, durability)
  return {
    ledger: createSqliteLedger(db),
    outbox: createSqliteOutbox(db),
    analytics: createSqliteAnalytics(db),
    eraser: createSqliteEraser(db),
    retention: createSqliteRetention(db),
    ...createSqliteRegistry(db),
    close: () => db.close(),
  }
}
