import { type Outcome, type Refusal, refuse } from '../http/outcome.ts'
import type { Condition } from './condition.ts'
import type { Budget } from './condition-limits.ts'

/** Where in the conditions the compiler is. */
export interface Spot {
  /** For messages: `conditions.$or[1].metadata.amount`. */
  readonly place: string
  readonly depth: number
  /** Whether paths begin at an event, or at an element of an array. */
  readonly ofEvent: boolean
  readonly budget: Budget
  readonly compile: Compile
}

/** What conditions inside conditions are compiled with. */
export interface Compile {
  query(query: unknown, spot: Spot): Outcome<Condition>
  operators(path: readonly string[], operators: object, spot: Spot): Outcome<Condition>
}

export function wrong(spot: Spot, problem: string): Refusal {
  return refuse('invalid_request', `${spot.place} ${problem}`)
}

/** The spot one level further in. */
export function inside(spot: Spot, place: string): Spot {
  return { ...spot, place: spot.place + place, depth: spot.depth + 1 }
}

export function mapped<T, U>(outcome: Outcome<T>, make: (value: T) => U): Outcome<U> {
  return outcome.ok ? { ok: true, value: make(outcome.value) } : outcome
}
