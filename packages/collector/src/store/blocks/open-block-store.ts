import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { setImmediate as afterTurn, setTimeout as wait } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { createCommitsOfOthers } from '../sqlite/commits-of-others.ts'
import { openDatabase } from '../sqlite/open-database.ts'
import { createProveWritable } from '../sqlite/prove-writable.ts'
import { createSqliteApiKeys } from '../sqlite/sqlite-api-keys.ts'
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
import { createQueryClient } from './query-client.ts'
import type { QueryWork } from './query-work.ts'
import { createSealClient } from './seal-client.ts'
import type { FaultPoint } from './small-steps.ts'

/** Events of the tail that are sorted together and for good. */
const PIECE_EVENTS = 8_192

const USER_TEXT_BYTES = 16 * 1024 * 1024

export interface BlockStoreOptions {
  readonly path: string
  readonly durability: Durability
  /** Told while the events of a file are moved from rows into blocks. */
  readonly onMoved: (done: number, total: number) => void
  /** Told what goes wrong while nobody waits for it. */
  readonly onError: (error: unknown) => void
  /** Events of a segment, at least. */
  readonly segmentEvents: number
  /** Most memory for columns of segments, which are read again when they are asked for. */
  readonly columnBytes: number
  readonly faultPoint: FaultPoint
}

/**
 * Opens a file, makes it if there is none, and brings it up to date. Rejects with `StoreError` (`unusable`) when the file can't be
 * opened, is no SQLite database or is newer than the program.
 */
export async function openBlockStore(options: BlockStoreOptions): Promise<Store> {
  const { path, durability, onMoved, onError, segmentEvents, columnBytes, faultPoint } = options
  const db = openDatabase(path, durability)
  // Neither starts its thread before it is asked for something.
  const work = createSealClient({ path })
  const queries = createQueryClient({ path, columnBytes, userTextBytes: USER_TEXT_BYTES, pieceEvents: PIECE_EVENTS })
  const file = openBlockFile({
    db,
    name: randomUUID(),
    work: () => work,
    count: queries.countErased,
    onError,
    wait,
    segmentEvents,
    walBytes: () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    now: Date.now,
    monotonicMs: () => performance.now(),
    afterTurn: () => afterTurn(),
    faultPoint,
  })
  async function close(): Promise<void> {
    await file.stop()
    await Promise.all([work.stop(), queries.stop()])
    db.close()
  }
  try {
    await file.migrate(onMoved)
  } catch (error) {
    await close()
    throw new StoreError('unusable', `Cannot move the events of ${path}: ${(error as Error).message}`, error)
  }
  return { ...portsOf(db, file, queries), close }
}

function portsOf(db: Database, { ledger, eraser }: BlockFile, queries: QueryWork): Omit<Store, 'close'> {
  const { analytics, eventList, eventPages, eventStats, books } = queries
  return {
    ledger,
    eraser,
    analytics,
    eventList,
    eventPages,
    eventStats,
    books,
    outbox: createSqliteOutbox(db),
    deliveryLog: createSqliteDeliveryLog(db),
    retention: createSqliteRetention(db),
    projects: createSqliteProjects(db),
    users: createSqliteUsers(db),
    apiKeys: createSqliteApiKeys(db),
    webhooks: createSqliteWebhooks(db),
    rules: createSqliteRules(db),
    commitsOfOthers: createCommitsOfOthers(db),
    proveWritable: createProveWritable(db),
  }
}
