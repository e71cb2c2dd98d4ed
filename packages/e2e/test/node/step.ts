import type { SubjectBooks, SubjectSettings } from './subject.ts'

/** One thing that an application does. A process does its steps in order, and then has nothing else to do. */
export type Step =
  /** Tracks `count` events, `perTurn` (default all) before each pause of `everyMs`. `bytes`: of padding in each. */
  | {
      readonly do: 'track'
      readonly count: number
      readonly perTurn?: number
      readonly everyMs?: number
      readonly bytes?: number
    }
  /** Tracks one event of name {@link POISON}, which some collectors refuse. */
  | { readonly do: 'trackPoison' }
  | { readonly do: 'flush'; readonly timeoutMs: number }
  | { readonly do: 'shutdown'; readonly timeoutMs: number }
  /** Prints a line that the driver waits for. */
  | { readonly do: 'say'; readonly line: string }
  /** Lives on until it is killed. */
  | { readonly do: 'stay' }
  /** `process.exit(0)`. */
  | { readonly do: 'exit' }
  /** From here on the wall clock is behind by `byMs`. */
  | { readonly do: 'setClockBack'; readonly byMs: number }

/** What {@link Step} `track` tracks; every one bears a user of its own, by which it is known again. */
export const TICK = 'tick'
export const POISON = 'poison'

/** What a process is told, as JSON, in its first argument. */
export interface Program {
  /** Path of the module that exports `createSubject`. */
  readonly subject: string
  readonly settings: SubjectSettings
  readonly steps: readonly Step[]
  /** Begins the user ids of its events; unlike that of every other process of the scenario. */
  readonly prefix: string
}

/** Begins the line in which a process that ends says how it went: a {@link ProcessResult} as JSON follows. */
export const RESULT = 'RESULT '

export interface ProcessResult {
  readonly books: SubjectBooks | null
  /** Resident set before the first step, in MB: Node, and what this test loads beside the subject. */
  readonly floorMb: number
  /** Largest resident set, in MB. */
  readonly peakMb: number
  /** How long each `flush` and `shutdown` took, in milliseconds, in order. */
  readonly drainsMs: readonly number[]
  /** From the last step's end to the process's, in milliseconds. */
  readonly lingerMs: number
}
