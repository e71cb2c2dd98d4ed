import type { Database } from 'better-sqlite3'
import { uuidOfBytes } from '../../id/uuid.ts'
import { guard } from '../sqlite/guard.ts'
import { createBlockWriter } from './block-writer.ts'
import { NEVER_RELEASED, newClaimKey, readUuidBytes } from './claim-key.ts'
import type { BlockEvent } from './encode-block.ts'
import { createKeyRunBuilder } from './key-run.ts'
import type { FaultPoint } from './small-steps.ts'
import { createStoreRun } from './store-run.ts'

const EVENTS_A_BLOCK = 1_000
const BLOCKS_A_SEAL = 263
const KEYS_A_RUN = 262_144

export interface MigrateRowsParts {
  readonly db: Database
  /** Makes segments of the blocks that are there, as far as they make whole ones. */
  readonly seal: () => Promise<void>
  readonly onProgress: (done: number, total: number) => void
  readonly afterTurn: () => Promise<unknown>
  readonly faultPoint: FaultPoint
}

/** Whether a file still has events as rows. */
export function hasRows(db: Database): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'event'`).get() !== undefined
}

/**
 * Moves the events of a file from rows into blocks. Every step is a transaction, after any of which it can be begun anew; until it is
 * done, nobody else may use the file.
 */
export async function migrateRows(parts: MigrateRowsParts): Promise<void> {
  const { db, seal, onProgress, afterTurn, faultPoint } = parts
  async function step<T>(name: string, work: () => T): Promise<T> {
    const transaction = db.transaction(() => {
      const result = work()
      faultPoint(`${name}, not committed`)
      return result
    })
    const result = await guard(() => transaction.immediate())
    faultPoint(`${name}, committed`)
    await afterTurn()
    return result
  }

  await step('drop what follows rows', () => db.exec(DROP_FOLLOWERS))
  const { first, last } = db.prepare('SELECT min(id) AS first, max(id) AS last FROM event').get() as {
    readonly first: number | null
    readonly last: number | null
  }
  const total = first === null || last === null ? 0 : last - first + 1
  const moveBlock = createMoveBlock(db)
  for (let blocks = 1; ; blocks++) {
    const moved = await step('move rows', moveBlock)
    if (moved === undefined) break
    onProgress(moved - (first ?? 0) + 1, total)
    if (blocks % BLOCKS_A_SEAL === 0) await seal()
  }
  const moveKeys = createMoveKeys(db)
  while (await step('move keys', moveKeys));
  await step('drop rows', () => db.exec(DROP_ROWS))
}

const DROP_FOLLOWERS = `
DROP TRIGGER IF EXISTS event_came;
DROP TRIGGER IF EXISTS event_went;
DROP TABLE IF EXISTS hour_tally;
DROP TABLE IF EXISTS page_tally;
DROP INDEX IF EXISTS event_by_name;
DROP INDEX IF EXISTS event_by_time;
DROP INDEX IF EXISTS event_by_user;
`

const DROP_ROWS = `
DROP TABLE event;
DROP TABLE claimed_key;
`

interface EventRow {
  readonly number: number
  readonly project: number
  readonly eventId: Buffer
  readonly eventName: string
  readonly userId: string | null
  readonly timestampMs: number
  readonly originalTimestampMs: number | null
  readonly receivedAtMs: number
  readonly metadata: string
  readonly lane: number | null
  readonly seq: number | null
  readonly foreignKey: string | null
}

/** Moves some events with the keys that they claimed; the number of the last, or `undefined` when there are no more. */
function createMoveBlock(db: Database): () => number | undefined {
  const select = db.prepare<[], EventRow>(
    `SELECT id AS number, project, event_id AS eventId, event_name AS eventName, user_id AS userId, ts AS timestampMs,
       original_ts AS originalTimestampMs, received_at AS receivedAtMs, metadata, lane, seq, foreign_key AS foreignKey
     FROM event ORDER BY id LIMIT ${EVENTS_A_BLOCK}`,
  )
  const remove = db.prepare<[number]>('DELETE FROM event WHERE id <= ?')
  const removeKey = db.prepare<[Buffer]>('DELETE FROM claimed_key WHERE event_id = ?')
  const write = createBlockWriter(db)
  return () => {
    const rows = select.all()
    const last = rows.at(-1)?.number
    if (last === undefined) return undefined
    write(rows.map(blockEventOf))
    for (const { lane, eventId } of rows) if (lane === null) removeKey.run(eventId)
    remove.run(last)
    return last
  }
}

function blockEventOf({ eventId, lane, seq, foreignKey, ...row }: EventRow): BlockEvent {
  const { page } = JSON.parse(row.metadata) as { readonly page?: unknown }
  return {
    ...row,
    page: typeof page === 'string' ? JSON.stringify(page) : '',
    lane: lane ?? 0,
    seq: seq ?? 0,
    eventId: uuidOfBytes(eventId),
    key: foreignKey ?? '',
  }
}

/** Moves some keys whose events are gone. Whether there were any. */
function createMoveKeys(db: Database): () => boolean {
  const select = db
    .prepare<[], Buffer>(`SELECT event_id FROM claimed_key ORDER BY event_id LIMIT ${KEYS_A_RUN}`)
    .pluck()
  const remove = db.prepare<[Buffer]>('DELETE FROM claimed_key WHERE event_id <= ?')
  const storeRun = createStoreRun(db)
  return () => {
    const ids = select.all()
    const last = ids.at(-1)
    if (last === undefined) return false
    const builder = createKeyRunBuilder()
    const key = newClaimKey()
    for (const id of ids) {
      readUuidBytes(key, 0, id)
      builder.add(key, NEVER_RELEASED)
    }
    const run = builder.build(0, 0)
    if (run !== undefined) storeRun(run)
    remove.run(last)
    return true
  }
}
