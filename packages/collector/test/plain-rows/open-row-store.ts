import type { Durability, Store } from '../../src/store/store.ts'
import { createCommitsOfOthers } from '../../src/store/sqlite/commits-of-others.ts'
import { openDatabase } from '../../src/store/sqlite/open-database.ts'
import { createSqliteAnalytics } from './sqlite-analytics.ts'
import { createSqliteApiKeys } from '../../src/store/sqlite/sqlite-api-keys.ts'
import { createSqliteBooks } from '../../src/store/sqlite/sqlite-books.ts'
import { createSqliteDeliveryLog } from '../../src/store/sqlite/sqlite-delivery-log.ts'
import { createSqliteEventList } from './sqlite-event-list.ts'
import { createSqliteEventPages } from './sqlite-event-pages.ts'
import { createSqliteEventStats } from './sqlite-event-stats.ts'
import { createSqliteEraser } from './sqlite-eraser.ts'
import { createSqliteLedger } from './sqlite-ledger.ts'
import { createSqliteOutbox } from '../../src/store/sqlite/sqlite-outbox.ts'
import { createSqliteProjects } from '../../src/store/sqlite/sqlite-projects.ts'
import { createSqliteRetention } from '../../src/store/sqlite/sqlite-retention.ts'
import { createSqliteRules } from '../../src/store/sqlite/sqlite-rules.ts'
import { createSqliteUsers } from '../../src/store/sqlite/sqlite-users.ts'
import { createSqliteWebhooks } from '../../src/store/sqlite/sqlite-webhooks.ts'
import { createProveWritable } from '../../src/store/sqlite/prove-writable.ts'

/**
 * The oracle that blocks are compared with: every event a row of one table, every question answered by SQL. Opens a file, makes it if there is
 * none, and makes its tables.
 * Throws `StoreError` (`unusable`) when the file can't be opened, is no SQLite database or is newer than the program.
 */
export function openRowStore(path: string, durability: Durability): Store {
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
