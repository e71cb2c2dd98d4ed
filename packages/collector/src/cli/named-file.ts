import { SETTINGS } from '../config.ts'
import type { Flags } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** The database that a command names: flag, else environment, else the default. */
export function databasePath(flags: Flags, { environment }: Terminal): string {
  return String(flags['db'] ?? environment[SETTINGS.db.variable] ?? SETTINGS.db.initial)
}

/** The file that a flag must name. `undefined`, and told to the caller, where it does not. */
export function requiredFile(flags: Flags, flag: 'from' | 'to', { err }: Terminal): string | undefined {
  const path = flags[flag]
  if (typeof path === 'string' && path !== '') return path
  err(`--${flag} must name a file, got nothing\n`)
  return undefined
}
