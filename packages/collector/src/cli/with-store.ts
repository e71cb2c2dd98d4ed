import { SETTINGS } from '../config.ts'
import { openSqliteStore } from '../store/sqlite/open-sqlite-store.ts'
import type { Store } from '../store/store.ts'
import type { Flags } from './flags.ts'
import type { ExitCode, Terminal } from './terminal.ts'

/** Opens the database that a command names, runs it, and closes the database. */
export async function withStore(
  flags: Flags,
  { environment }: Terminal,
  run: (store: Store) => Promise<ExitCode>,
): Promise<ExitCode> {
  const path = flags['db'] ?? environment[SETTINGS.db.variable] ?? SETTINGS.db.initial
  const store = openSqliteStore(String(path), 'process')
  try {
    return await run(store)
  } finally {
    store.close()
  }
}
