import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'
import { countEvents } from './count-events.ts'
import { openToRead } from './open-read-only.ts'

const COUNTED_TABLES = [
  'project',
  'api_key',
  'block',
  'segment',
  'segment_part',
  'key_run',
  'key_run_part',
  'user_text',
  'erasure',
  'lane',
  'lane_range',
  'webhook',
  'rule',
  'delivery',
]
const PAGES_A_STEP = 1_000

/** Told after every step; both in pages. */
type OnProgress = (done: number, total: number) => void

export interface BackupResult {
  readonly events: number
  readonly bytes: number
}

/**
 * Copies a database as it is at one instant, also while a collector writes, and proves the copy before it gets its name:
 * its integrity, and as many rows in each table as the original had at that instant.
 * Throws `StoreError` when `to` exists or can't be written, when the original can't be read or the copy is not right.
 */
export async function backupDatabase(from: string, to: string, onProgress: OnProgress): Promise<BackupResult> {
  refuseExisting(to)
  const source = openToRead(from)
  return makeCopy(source, to, async (partial) => {
    const rows = countRows(source)
    await copyPages(source, partial, onProgress)
    const result = resultOf(source)
    proveCopy(partial, rows)
    return result
  })
}

async function copyPages(source: Database.Database, to: string, onProgress: OnProgress): Promise<void> {
  await source.backup(to, {
    progress({ totalPages, remainingPages }) {
      onProgress(totalPages - remainingPages, totalPages)
      return PAGES_A_STEP
    },
  })
}

/** Looks at a whole database; returns what is wrong with it, a line each. */
export type Examine = (db: Database.Database) => readonly string[]

/**
 * Puts a backup where a collector will find it, or a file that was moved away, with what is in its write-ahead log alone. What gets the name
 * is what was examined, and it overwrites as little.
 * Throws `StoreError` also when anything is wrong with the backup.
 */
export async function restoreDatabase(from: string, to: string, examine: Examine): Promise<BackupResult> {
  for (const path of [to, `${to}-wal`, `${to}-journal`]) refuseExisting(path)
  const source = openToRead(from)
  return makeCopy(source, to, async (partial) => {
    const result = resultOf(source)
    await copyPages(source, partial, () => undefined)
    const [problem, ...others] = withCopy(partial, examine)
    if (problem !== undefined) {
      const more = others.length === 0 ? '' : `, and more: truecount doctor --db ${from} tells all`
      throw new StoreError('unusable', `${from} is damaged: ${problem}${more}`)
    }
    return result
  })
}

type Copy = (partial: string) => Promise<BackupResult>

/** Has a copy made under another name, and gives it its own when it is right. Leaves nothing where it is not. */
async function makeCopy(source: Database.Database, to: string, copy: Copy): Promise<BackupResult> {
  const partial = `${to}.partial`
  try {
    rmSync(partial, { force: true })
    // One read transaction over all steps: SQLite would begin the copy anew whenever a collector commits in between.
    source.exec('BEGIN')
    const result = await copy(partial)
    giveName(partial, to)
    return result
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw new StoreError('unusable', `Cannot copy ${source.name} to ${to}: ${(error as Error).message}`, error)
  } finally {
    source.close()
    if (existsSync(partial)) rmSync(partial)
  }
}

function resultOf(source: Database.Database): BackupResult {
  const bytes = (source.pragma('page_count', { simple: true }) as number) * pageSize(source)
  return { events: countEvents(source, undefined), bytes }
}

function refuseExisting(path: string): void {
  if (existsSync(path)) throw new StoreError('unusable', `${path} exists, and is not overwritten: move it away first`)
}

function countRows(db: Database.Database): Readonly<Record<string, number>> {
  try {
    return Object.fromEntries(
      COUNTED_TABLES.map((table) => [table, db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number]),
    )
  } catch (error) {
    throw new StoreError('unusable', `${db.name} is damaged: ${(error as Error).message}`, error)
  }
}

function pageSize(db: Database.Database): number {
  return db.pragma('page_size', { simple: true }) as number
}

function proveCopy(path: string, rows: Readonly<Record<string, number>>): void {
  withCopy(path, (copy) => {
    const verdict = copy.pragma('integrity_check', { simple: true })
    if (verdict !== 'ok') throw new StoreError('unusable', `The copy is damaged: ${String(verdict)}`)
    const copied = countRows(copy)
    const wrong = COUNTED_TABLES.filter((table) => copied[table] !== rows[table])
    if (wrong.length > 0) throw new StoreError('unusable', `The copy lacks rows of ${wrong.join(', ')}`)
  })
}

function withCopy<T>(path: string, look: (copy: Database.Database) => T): T {
  const copy = new Database(path)
  try {
    // One file instead of three; a collector switches it back.
    copy.pragma('journal_mode = DELETE')
    return look(copy)
  } finally {
    copy.close()
  }
}

/** A link fails where the name is taken meanwhile; a rename would overwrite. */
function giveName(partial: string, to: string): void {
  const file = openSync(partial, 'r+')
  fsyncSync(file)
  closeSync(file)
  try {
    linkSync(partial, to)
  } catch (error) {
    throw new StoreError('unusable', `Cannot write ${to}: ${(error as Error).message}`, error)
  }
}
