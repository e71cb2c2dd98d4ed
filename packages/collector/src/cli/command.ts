import type { ParseArgsConfig } from 'node:util'
import type { Flags } from './flags.ts'
import type { ExitCode, Terminal } from './terminal.ts'

/** One command of `truecount`. */
export interface Command {
  readonly name: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** The one argument that is no option, if the command wants one: it joins the flags by this name. */
  readonly argument?: string
  readonly usage: string
  readonly run: (flags: Flags, terminal: Terminal) => Promise<ExitCode>
}
