import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'

export interface DatabaseClaim {
  release(): void
}

/**
 * Claims a file for one collector, which knows its rules and webhooks by heart and would not hear of those that another
 * one takes. The claim is a lock on an empty file beside it, and ends with the process, however that ends. Commands beside
 * a collector need none. Throws `StoreError` (`unusable`) where another collector has the file.
 */
export function claimDatabase(path: string): DatabaseClaim {
  let lock: Database.Database | undefined
  try {
    lock = new Database(lockPath(path), { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    const held = lock
    return { release: () => void held.close() }
  } catch (error) {
    lock?.close()
    throw new StoreError('unusable', problemOf(path, error as Error), error)
  }
}

/** Throws `StoreError` (`unusable`) where a collector has the file, be it moved away. */
export function refuseClaimed(path: string): void {
  if (existsSync(lockPath(path))) claimDatabase(path).release()
}

function lockPath(path: string): string {
  return `${path}-collector`
}

function problemOf(path: string, error: Error): string {
  const isTaken = error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY'
  return isTaken
    ? `Another collector runs on ${path}: stop it first, or give this one a file of its own`
    : `Cannot open the database ${path}: ${error.message}`
}
