import type { FaultScript, NodeChild } from '@truecount/testkit'
import type { Arrival, Backend, ServerBooks } from './backend.ts'
import type { ProcessResult, Step } from './step.ts'
import type { SubjectSettings } from './subject.ts'

/** What goes wrong, what an application does meanwhile, and what must be true when all is over. */
export interface Scenario {
  /** The promise that it proves. */
  readonly name: string
  /** What the network does to requests. Default: nothing. */
  readonly faults?: () => FaultScript
  /** The server is down when the first run begins. Default `false`. */
  readonly startsDown?: boolean
  readonly settings?: Pick<SubjectSettings, 'maxBatchEvents' | 'requestTimeoutMs'>
  /** Where events wait. Default `memory`. */
  readonly queue?: QueueGround
  /** One after the other, on the same server and folder. */
  readonly runs: readonly Run[]
  readonly expected?: Expectation
}

/** Memory, a folder, a disk of its own with {@link DISK_KB} of room, or a path where no folder can be. */
export type QueueGround = 'memory' | 'folder' | keyof typeof DISK_KB | 'unusable'

export const DISK_KB = { tinyDisk: 64, disk: 8192 } as const

/** A start of the application. */
export interface Run {
  readonly steps: readonly Step[]
  /** How many processes do these steps at the same time. Default 1. */
  readonly processes?: number
  /** Done before the start. */
  readonly before?: readonly Act[]
  /** Done as soon as all processes have said the line; in this order. */
  readonly when?: readonly { readonly said: string; readonly acts: readonly Act[] }[]
  /** These processes, by number from 0, stay until they end by SIGKILL; all others end by themselves with code 0. */
  readonly killed?: readonly number[]
}

/** Something that the world does to a run. */
export type Act = (stage: Stage) => Promise<unknown> | void

export interface Stage {
  readonly backend: Backend
  readonly children: readonly NodeChild[]
  readonly queueFolder: string
}

/** What is expected beside: nothing lost, nothing doubled, books that add up. */
export interface Expectation {
  /** Drops by reason, over all runs; or `counted`: some, as many as the SDK says. Default: none. */
  readonly drops?: Readonly<Record<string, number>> | 'counted'
  /** Events that runs took over from dead ones, those that were then unreadable among them. Default 0. */
  readonly adopted?: number
  /** Events whose record the scenario itself destroyed. Default 0. */
  readonly destroyed?: number
  /** Of `destroyed`: those that the collector can't know of, since no later number of their lane ever came. */
  readonly destroyedUnseen?: number
  /** Outcomes of requests that must have happened, or the scenario proves nothing. */
  readonly met?: readonly string[]
  /** One error message at least must match. Default: there is no error message. */
  readonly error?: RegExp
  /** Anything else. */
  readonly check?: (facts: Facts) => void
}

export interface Facts {
  /** Events that the application tracked. */
  readonly tracked: number
  /** Of the processes that ended by themselves, in order. */
  readonly results: readonly ProcessResult[]
  readonly arrivals: readonly Arrival[]
  readonly server: ServerBooks
}
