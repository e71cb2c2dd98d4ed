import { RE2JS, RE2JSException } from 're2js'
import { type Budget, MAX_INSTRUCTIONS, MAX_PATTERN_LENGTH } from './condition-limits.ts'
import type { Test } from './document-path.ts'
import { withoutSpaceAndComments } from './extended-pattern.ts'
import { repeatsRepetition } from './nested-repetition.ts'
import type { MadeTest } from './operators.ts'

/** Unicode is always on. `x` is taken out of the pattern before it is compiled. */
const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  x: 0,
  u: 0,
}

/**
 * Compiles `$regex` with its `$options` (i m s x u), or says what is wrong with it. It runs on RE2, in time linear in
 * the text whatever the pattern: there are no look-arounds and back-references.
 */
export function compilePattern(given: unknown, options: unknown, budget: Budget): MadeTest | string {
  if (typeof given !== 'string') return 'must be a text'
  if (options !== undefined && typeof options !== 'string')
    return '.$options must be a text of the letters i, m, s, x, u'
  const letters = [...new Set(options ?? '')]
  if (!letters.every((letter) => Object.hasOwn(FLAGS, letter))) return 'has $options other than i, m, s, x, u'
  if (given.length > MAX_PATTERN_LENGTH) return `is longer than ${MAX_PATTERN_LENGTH} characters`
  const source = letters.includes('x') ? withoutSpaceAndComments(given) : given
  if (repeatsRepetition(source)) {
    return 'repeats without end what already repeats without end, as (a+)+ does: write it with one repetition'
  }
  return compiled(
    source,
    letters.reduce((flags, letter) => flags | (FLAGS[letter] as number), 0),
    budget,
  )
}

function compiled(source: string, flags: number, budget: Budget): MadeTest | string {
  try {
    budget.instructions -= RE2JS.compile(source, flags).programSize()
    if (budget.instructions >= 0) return { test: createTest(source, flags) }
    return `is too large: the patterns of a rule may compile to ${MAX_INSTRUCTIONS} instructions in all; repeat less`
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return `can't be used: ${error.message} (the syntax is RE2's, without look-around and back-references)`
  }
}

/** States of its automaton that a pattern keeps between two texts: a megabyte at most. */
const MAX_KEPT_STATES = 1_000

function createTest(source: string, flags: number): Test {
  let engine = RE2JS.compile(source, flags)
  return (value) => {
    if (typeof value !== 'string') return false
    const found = engine.test(value)
    if ((engine.re2().lazyDFA?.stateCount ?? 0) > MAX_KEPT_STATES) engine = RE2JS.compile(source, flags)
    return found
  }
}
