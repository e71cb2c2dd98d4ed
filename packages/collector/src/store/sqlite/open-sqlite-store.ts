import type { Durability, Store } from '../store.ts'
import { createCommitsOfOthers } from './commits-of-others.ts'
import { openDatabase } from './open-database.ts'
import { createSqliteAnalytics } from './sqlite-analytics.ts'
import { createSqliteApiKeys } from './sqlite-api-keys.ts'
import { createSqliteBooks } from './sqlite-books.ts'
import { createSqliteDeliveryLog } from './sqlite-delivery-log.ts'
import { createSqliteEventList } from './sqlite-event-list.ts'
import { createSqliteEventPages } from './sqlite-event-pages.ts'
import { createSqliteEventStats } from './sqlite-event-stats.ts'
import { createSqliteEraser } from './sqlite-eraser.ts'
import { createSqliteLedger } from './sqlite-ledger.ts'
import { createSqliteOutbox } from './sqlite-outbox.ts'
import { createSqliteProjects } from './sqlite-projects.ts'
import { createSqliteRetention } from './sqlite-retention.ts'
import { createSqliteRules } from './sqlite-rules.ts'
import { createSqliteUsers } from './sqlite-users.ts'
import { createSqliteWebhooks } from './sqlite-webhooks.ts'
import { createProveWritable } from './prove-writable.ts'

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
    books: createSqliteBooks(db),
    deliveryLog: createSqliteDeliveryLog(db),
    eventList: createSqliteEventList(db),
    eventPages: createSqliteEventPages(db),
    eventStats: createSqliteEventStats(db),
    eraser: createSqliteEraser(db),
    retention: createSqliteRetention(db),
    projects: createSqliteProjects(db),
    users: createSqliteUsers(db),
    apiKeys: createSqliteApiKeys(db),
    webhooks: createSqliteWebhooks(db),
    rules: createSqliteRules(db),
    commitsOfOthers: createCommitsOfOthers(db),
    proveWritable: createProveWritable(db),
    close: async () => void db.close(),
  }
}
