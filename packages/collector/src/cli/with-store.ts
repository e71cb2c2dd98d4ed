import { existsSync } from 'node:fs'
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts'
import type { Store } from '../store/store.ts'
import type { Flags } from './flags.ts'
import { databasePath } from './named-file.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'

type Work = (store: Store) => Promise<ExitCode>

/** Opens the database that a command names, runs it, and closes the database. A path that was mistyped makes no file. */
export async function withStore(flags: Flags, terminal: Terminal, run: Work): Promise<ExitCode> {
  const path = databasePath(flags, terminal)
  if (existsSync(path)) return withNewStore(flags, terminal, run)
  terminal.err(`There is no database ${path}\n`)
  return EXIT.failed
}

/** The same, and makes the database if there is none. */
export async function withNewStore(flags: Flags, terminal: Terminal, run: Work): Promise<ExitCode> {
  const store = openSqliteStore(databasePath(flags, terminal), 'process')
  try {
    return await run(store)
  } finally {
    await store.close()
  }
}
