/** What a command sees of the process it runs in. */
export interface Terminal {
  /** Of the package. */
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether someone watches standard error, and may be shown a progress bar. */
  readonly showsProgress: boolean
  /** Aborts when the process is asked to end. */
  readonly ending: AbortSignal
}

/** Exit codes: all well, the command failed, or it was called wrongly. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
