import type { ParseArgsConfig } from 'node:util'
import type { Flags } from './flags.ts'
import type { ExitCode, Terminal } from './terminal.ts'

/** One command of `truecount`. */
export interface Command {
  readonly name: string
  readonly options: NonNullable<ParseArgsConfig['options']>
  /** The one argument that is no option, if the command wants one: it joins the flags by this name. */
  readonly argument?: string
  /** What may follow the name. */
  readonly usage: string
  /** What it does, in a few words. */
  readonly meaning: string
  readonly run: (flags: Flags, terminal: Terminal) => Promise<ExitCode>
}
