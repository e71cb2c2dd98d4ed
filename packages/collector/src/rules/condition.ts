import type { Outcome } from '../http/outcome.ts'
import { foundAt, type Reach, someAt, type Test } from './document-path.ts'

/** One thing that kept a document from matching. */
export interface Reason {
  /** Dotted path, or the place of a `$or`, `$nor` or `window`. */
  readonly path: string
  readonly operator: string
  /** What stands there; left out where there is nothing. */
  readonly found?: unknown
}

/** A compiled condition. Both methods are pure, and never throw. */
export interface Condition {
  matches(document: unknown): boolean
  /** Why a document that does not match does not: at least one reason. */
  reasons(document: unknown): readonly Reason[]
}

/** Holds when a test holds for some value at a path, or, negated, for none. */
export function testOf(reach: Reach, operator: string, test: Test, negated = false): Condition {
  return {
    matches: (document) => someAt(document, reach, test) !== negated,
    reasons: (document) => [reasonOf(document, reach.path, operator)],
  }
}

export function reasonOf(document: unknown, path: readonly string[], operator: string): Reason {
  const found = foundAt(document, path)
  return { path: path.join('.'), operator, ...(found === undefined ? {} : { found }) }
}

/** Its reasons are those of the first part that fails. */
export function everyOf(parts: readonly Condition[]): Condition {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  return {
    matches: (document) => parts.every((part) => part.matches(document)),
    reasons: (document) => parts.find((part) => !part.matches(document))?.reasons(document) ?? [],
  }
}

/** Its reasons are those of all parts. */
export function someOf(parts: readonly Condition[]): Condition {
  return {
    matches: (document) => parts.some((part) => part.matches(document)),
    reasons: (document) => parts.flatMap((part) => part.reasons(document)),
  }
}

export function negationOf(part: Condition, reasons: Condition['reasons']): Condition {
  return { matches: (document) => !part.matches(document), reasons }
}

/** All parts, or the first refusal. */
export function allCompiled(parts: readonly Outcome<Condition>[]): Outcome<readonly Condition[]> {
  const conditions: Condition[] = []
  for (const part of parts) {
    if (!part.ok) return part
    conditions.push(part.value)
  }
  return { ok: true, value: conditions }
}
