import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { StoreError } from '../store-error.ts'
import { TABLES_VERSION } from './migrate.ts'

/**
 * Opens a file to look at it, also while a collector writes. Throws `StoreError` (`unusable`) when there is none, when it
 * is no SQLite database, and when its tables are not those of this program.
 */
export function openReadOnly(path: string): Database.Database {
  if (!existsSync(path)) throw new StoreError('unusable', `There is no database ${path}`)
  let db: Database.Database | undefined
  try {
    db = new Database(path, { readonly: true, fileMustExist: true })
    const version = db.pragma('user_version', { simple: true }) as number
    // In KiB, if negative. Whoever reads keeps what it made of large values, and not the pages that they lie in.
    db.pragma('cache_size = -2048')
    if (version === TABLES_VERSION) return db
  } catch (error) {
    db?.close()
    throw new StoreError('unusable', `Cannot open the database ${path}: ${(error as Error).message}`, error)
  }
  const version = db.pragma('user_version', { simple: true }) as number
  db.close()
  throw new StoreError('unusable', strangeVersion(path, version))
}

/** The same for who looks at events. Throws also while some of them are rows, as the days before blocks left them. */
export function openToRead(path: string): Database.Database {
  const db = openReadOnly(path)
  if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'event'`).get() === undefined) return db
  db.close()
  throw new StoreError(
    'unusable',
    `${path} has events that are not moved into blocks yet. Start "truecount serve" once, which moves them.`,
  )
}

function strangeVersion(path: string, version: number): string {
  const known = `(version ${version}, this program's are ${TABLES_VERSION})`
  return version > TABLES_VERSION
    ? `${path} has the tables of a newer truecount ${known}. Use that newer version.`
    : `${path} has the tables of an older truecount ${known}. Start "truecount serve" once, which brings them up to date.`
}
