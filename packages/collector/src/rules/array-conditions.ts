import type { Outcome } from '../http/outcome.ts'
import { allCompiled, type Condition, everyOf, reasonOf, testOf } from './condition.ts'
import { MAX_VALUES } from './condition-limits.ts'
import { compileTest } from './field-test.ts'
import { isObject, isOperators } from './json-kinds.ts'
import { inside, mapped, type Spot, wrong } from './spot.ts'

/** `$all` holds when each of its values is among those at the path, or each of its `$elemMatch` holds. */
export function compileAll(path: readonly string[], list: unknown, spot: Spot): Outcome<Condition> {
  if (!Array.isArray(list)) return wrong(spot, 'must be an array of values, or of objects with $elemMatch')
  if (list.length > MAX_VALUES) return wrong(spot, `holds more than ${MAX_VALUES} values`)
  const parts = list.map((member: unknown, i): Outcome<Condition> => {
    const here = inside(spot, `[${i}]`)
    if (isObject(member) && Object.keys(member).join() === '$elemMatch') {
      const { $elemMatch } = member as { readonly $elemMatch: unknown }
      return compileElemMatch(path, $elemMatch, inside(here, '.$elemMatch'))
    }
    return compileTest({ path, operator: '$eq', operand: member, operators: {} }, here)
  })
  return mapped(allCompiled(parts), (conditions) => ({
    matches: conditions.length === 0 ? () => false : everyOf(conditions).matches,
    reasons: (document) => [reasonOf(document, path, '$all')],
  }))
}

const LOGICAL = ['$and', '$or', '$nor']

/** `$elemMatch` holds when one element of an array holds all: of an object's members, or of the element itself. */
export function compileElemMatch(path: readonly string[], operand: unknown, spot: Spot): Outcome<Condition> {
  if (path[0] === 'timestamp' && spot.ofEvent) return wrong(spot, 'is not for timestamp, which is no array')
  if (!isObject(operand)) return wrong(spot, 'must be an object of operators, or of conditions on the members')
  const element = { ...spot, ofEvent: false }
  const ofValues = isOperators(operand) && !LOGICAL.includes(Object.keys(operand)[0] as string)
  const compiled = ofValues ? spot.compile.operators([], operand, element) : spot.compile.query(operand, element)
  return mapped(compiled, (condition) => {
    const holds = ofValues
      ? condition.matches
      : (value: unknown) => typeof value === 'object' && value !== null && condition.matches({ ...value })
    return testOf({ path, intoLastArray: false }, '$elemMatch', (value) => Array.isArray(value) && value.some(holds))
  })
}
