import type { Database } from 'better-sqlite3'
import { examineBlocks } from '../store/blocks/examine-blocks.ts'
import { backupDatabase, type BackupResult, restoreDatabase } from '../store/sqlite/backup-database.ts'
import { refuseClaimed } from '../store/sqlite/claim-database.ts'
import type { Flags } from './flags.ts'
import { databasePath, requiredFile } from './named-file.ts'
import { createProgressBar } from './progress-bar.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'

/** `truecount backup`: a consistent copy, also while a collector writes, proved before it is called done. */
export async function backup(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const to = requiredFile(flags, 'to', terminal)
  if (to === undefined) return EXIT.usage
  const bar = createProgressBar(terminal, 'copied', Date.now)
  const result = await backupDatabase(databasePath(flags, terminal), to, bar.show).finally(bar.end)
  tell(terminal, flags, 'Backed up', to, result, 'integrity and rows verified')
  return EXIT.ok
}

/** `truecount restore`: puts a backup where no database is, if it is as `truecount doctor` wants it. */
export async function restore(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const from = requiredFile(flags, 'from', terminal)
  if (from === undefined) return EXIT.usage
  const to = databasePath(flags, terminal)
  // One that runs on a file that was moved away would take the new one for its own.
  refuseClaimed(to)
  const result = await restoreDatabase(from, to, problemsOf)
  tell(terminal, flags, 'Restored', to, result, 'all of it examined')
  return EXIT.ok
}

function problemsOf(db: Database): readonly string[] {
  const { findings } = examineBlocks(db)
  return findings.flatMap(({ check, problem }) => (problem === null ? [] : `${check}: ${problem}`))
}

function tell(
  { out }: Terminal,
  flags: Flags,
  done: string,
  path: string,
  { events, bytes }: BackupResult,
  proof: string,
): void {
  if (flags['json']) out(`${JSON.stringify({ path, events, bytes })}\n`)
  else out(`${done} to ${path}: ${events} events, ${bytes} bytes, ${proof}\n`)
}
