import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { setImmediate as afterTurn, setTimeout as wait } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { openDatabase } from '../sqlite/open-database.ts'
import { createProveWritable } from '../sqlite/prove-writable.ts'
import { createSqliteApiKeys } from '../sqlite/sqlite-api-keys.ts'
import { createSqliteBooks } from '../sqlite/sqlite-books.ts'
import { createSqliteDeliveryLog } from '../sqlite/sqlite-delivery-log.ts'
import { createSqliteOutbox } from '../sqlite/sqlite-outbox.ts'
import { createSqliteProjects } from '../sqlite/sqlite-projects.ts'
import { createSqliteRetention } from '../sqlite/sqlite-retention.ts'
import { createSqliteRules } from '../sqlite/sqlite-rules.ts'
import { createSqliteUsers } from '../sqlite/sqlite-users.ts'
import { createSqliteWebhooks } from '../sqlite/sqlite-webhooks.ts'
import { StoreError } from '../store-error.ts'
import type { Durability, Store } from '../store.ts'
import { type BlockFile, openBlockFile } from './block-file.ts'
import type { QueryWork } from './query-work.ts'
import type { SealWork } from './seal-work.ts'
import { startedOnce } from './started-once.ts'

/** Events of a segment, at least; the block that completes them is in whole. */
const SEGMENT_EVENTS = 262_144

export interface BlockStoreOptions {
  readonly path: string
  readonly durability: Durability
  /** Told while the events of a file are moved from rows into blocks. */
  readonly onMoved: (done: number, total: number) => void
  /** Told what goes wrong while nobody waits for it. */
  readonly onError: (error: unknown) => void
  readonly startSealing: (path: string) => SealWork
  readonly startQueries: (path: string) => QueryWork
}

/**
 * Opens a file, makes it if there is none, and brings it up to date. Rejects with `StoreError` (`unusable`) when the file can't be
 * opened, is no SQLite database or is newer than the program.
 */
export async function openBlockStore(options: BlockStoreOptions): Promise<Store> {
  const { path, durability, onMoved, onError, startSealing, startQueries } = options
  const db = openDatabase(path, durability)
  const sealing = startedOnce(() => startSealing(path))
  const queries = startedOnce(() => startQueries(path))
  const file = openBlockFile({
    ...{ db, onError, wait },
    name: randomUUID(),
    work: sealing.get,
    count: (projectId, wish) => queries.get().countErased(projectId, wish),
    segmentEvents: SEGMENT_EVENTS,
    walBytes: () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    now: Date.now,
    monotonicMs: () => performance.now(),
    afterTurn: () => afterTurn(),
    faultPoint: () => undefined,
  })
  async function close(): Promise<void> {
    await file.stop()
    await Promise.all([sealing.stop(), queries.stop()])
    db.close()
  }
  try {
    await file.migrate(onMoved)
  } catch (error) {
    await close()
    throw new StoreError('unusable', `Cannot move the events of ${path}: ${(error as Error).message}`, error)
  }
  return { ...portsOf(db, file, queries.get), close }
}

function portsOf(db: Database, { ledger, eraser }: BlockFile, queries: () => QueryWork): Omit<Store, 'close'> {
  return {
    ledger,
    eraser,
    ...queryPorts(queries),
    outbox: createSqliteOutbox(db),
    books: createSqliteBooks(db),
    deliveryLog: createSqliteDeliveryLog(db),
    retention: createSqliteRetention(db),
    projects: createSqliteProjects(db),
    users: createSqliteUsers(db),
    apiKeys: createSqliteApiKeys(db),
    webhooks: createSqliteWebhooks(db),
    rules: createSqliteRules(db),
    proveWritable: createProveWritable(db),
  }
}

/** Its worker starts with the first question. */
function queryPorts(queries: () => QueryWork): Pick<Store, 'analytics' | 'eventList' | 'eventPages' | 'eventStats'> {
  return {
    analytics: { series: (...args) => queries().analytics.series(...args) },
    eventList: {
      latest: (...args) => queries().eventList.latest(...args),
      between: (...args) => queries().eventList.between(...args),
    },
    eventPages: {
      page: (...args) => queries().eventPages.page(...args),
      ofUser: (...args) => queries().eventPages.ofUser(...args),
    },
    eventStats: { stats: (...args) => queries().eventStats.stats(...args) },
  }
}
