import type { Finding } from './finding.ts'
import type { Stores } from './stores.ts'

/** What a figure is measured with. */
export interface Bench {
  readonly events: number
  readonly rounds: number
  /** Of a load in a round. */
  readonly seconds: number
  readonly fillSeconds: number
  /** Program that serves the plain-row store as `truecount` does its own. */
  readonly plainCommand: string
  readonly hasEngines: boolean
  readonly stores: Stores
  readonly say: (line: string) => void
}

/** One question of the benchmark, by a name that it can be chosen by. */
export interface Figure {
  readonly name: string
  measure(bench: Bench): Promise<readonly Finding[]>
}
