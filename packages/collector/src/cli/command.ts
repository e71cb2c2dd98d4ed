import type { ParseArgsConfig } from 'node:util'
import type { Flags } from './flags.ts'
import type { ExitCode, Terminal } from './terminal.ts'

/** One command of `truecount`. */
export interface Command {
  readonly name: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  readonly usage: string
  readonly run: (flags: Flags, terminal: Terminal) => Promise<ExitCode>
}
