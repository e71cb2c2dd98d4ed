import { existsSync } from 'node:fs'
import { openStore } from '../store/blocks/open-store.ts'
import { createProgressBar } from './progress-bar.ts'
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
  const store = await openQuietly(databasePath(flags, terminal), terminal)
  try {
    return await run(store)
  } finally {
    await store.close()
  }
}

/** What goes wrong in the background is tried again by whoever opens the file next. */
function openQuietly(path: string, terminal: Terminal): Promise<Store> {
  const bar = createProgressBar(terminal, 'of the events moved into blocks', Date.now)
  return openStore(path, 'process', { moved: bar.show, failed: () => undefined }).finally(bar.end)
}
