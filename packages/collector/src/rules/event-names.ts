import { isObject, isOperators } from './json-kinds.ts'

/**
 * The names that an event must have to match conditions that compile; `undefined` when it could be any. What it names
 * is a bound: an event of such a name may still not match.
 */
export function eventNamesOf(conditions: unknown): ReadonlySet<string> | undefined {
  if (!isObject(conditions)) return undefined
  const bounds = Object.entries(conditions).map(([name, value]) => {
    if (name === 'event_name') return namesOfField(value)
    if (name === '$and') return intersection((value as unknown[]).map(eventNamesOf))
    if (name === '$or') return union((value as unknown[]).map(eventNamesOf))
    return undefined
  })
  return intersection(bounds)
}

function namesOfField(condition: unknown): ReadonlySet<string> | undefined {
  if (!isOperators(condition)) return new Set(textsOf([condition]))
  const bounds = Object.entries(condition).map(([operator, operand]) => {
    if (operator === '$eq') return new Set(textsOf([operand]))
    if (operator === '$in') return new Set(textsOf(operand as unknown[]))
    return undefined
  })
  return intersection(bounds)
}

function textsOf(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === 'string')
}

type Bound = ReadonlySet<string> | undefined

function intersection(bounds: readonly Bound[]): Bound {
  const [first, ...others] = bounds.filter((bound) => bound !== undefined)
  return first && new Set([...first].filter((name) => others.every((other) => other.has(name))))
}

function union(bounds: readonly Bound[]): Bound {
  const known = bounds.filter((bound) => bound !== undefined)
  return known.length < bounds.length ? undefined : new Set(known.flatMap((bound) => [...bound]))
}
