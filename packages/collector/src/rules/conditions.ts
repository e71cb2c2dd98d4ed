import type { Outcome } from '../http/outcome.ts'
import { compileAll, compileElemMatch } from './array-conditions.ts'
import { allCompiled, type Condition, everyOf, negationOf, reasonOf, someOf } from './condition.ts'
import { MAX_DEPTH, MAX_PATH_NAMES, newBudget } from './condition-limits.ts'
import { EVENT_FIELDS } from './event-document.ts'
import { compileTest } from './field-test.ts'
import { isObject, isOperators } from './json-kinds.ts'
import { type Compile, inside, mapped, type Spot, wrong } from './spot.ts'

const LOGICAL = ['$and', '$or', '$nor']

const compile: Compile = { query: compileQuery, operators: compileOperators }

/**
 * Compiles conditions in MongoDB query syntax. Refuses, with the path of what is wrong, all that it would not evaluate
 * as MongoDB does.
 */
export function compileConditions(conditions: unknown): Outcome<Condition> {
  return compileQuery(conditions, { place: 'conditions', depth: 1, ofEvent: true, budget: newBudget(), compile })
}

/** A query over a document: all its members must hold. */
function compileQuery(query: unknown, spot: Spot): Outcome<Condition> {
  if (!isObject(query)) return wrong(spot, 'must be an object')
  if (spot.depth > MAX_DEPTH) return wrong(spot, `is nested more than ${MAX_DEPTH} deep`)
  const parts = Object.entries(query).map(([name, value]): Outcome<Condition> => {
    const here = inside(spot, `.${name}`)
    if (LOGICAL.includes(name)) return compileList(name, value, here)
    if (name.startsWith('$')) return wrong(here, `is not supported: use ${LOGICAL.join(', ')} or the name of a field`)
    return compileField(name, value, here)
  })
  return mapped(allCompiled(parts), everyOf)
}

function compileList(operator: string, list: unknown, spot: Spot): Outcome<Condition> {
  if (!Array.isArray(list) || list.length === 0) return wrong(spot, 'must be an array of at least one condition')
  const parts = allCompiled(list.map((part, i) => compileQuery(part, { ...spot, place: `${spot.place}[${i}]` })))
  if (operator === '$and') return mapped(parts, everyOf)
  if (operator === '$or') return mapped(parts, someOf)
  const reason = { path: spot.place, operator }
  return mapped(parts, (conditions) => negationOf(someOf(conditions), () => [reason]))
}

function compileField(name: string, condition: unknown, spot: Spot): Outcome<Condition> {
  const path = name.split('.')
  const problem = pathProblem(path, spot.ofEvent)
  if (problem !== undefined) return wrong(spot, problem)
  if (isOperators(condition)) return compileOperators(path, condition, spot)
  return compileTest({ path, operator: '$eq', operand: condition, operators: {} }, spot)
}

/** What is wrong with a path. */
function pathProblem(path: readonly string[], ofEvent: boolean): string | undefined {
  if (path.includes('') || path.some((name) => name.startsWith('$'))) return 'is not a path of field names'
  if (path.length > MAX_PATH_NAMES) return `has more than ${MAX_PATH_NAMES} names`
  if (!ofEvent) return undefined
  if (!EVENT_FIELDS.includes(path[0] as string)) return `is not a field of an event: use ${EVENT_FIELDS.join(', ')}`
  return path[0] === 'timestamp' && path.length > 1 ? 'is not a path: timestamp has no members' : undefined
}

/** Operators of one field: all must hold. */
function compileOperators(path: readonly string[], operators: object, spot: Spot): Outcome<Condition> {
  if (spot.depth > MAX_DEPTH) return wrong(spot, `is nested more than ${MAX_DEPTH} deep`)
  const parts = Object.entries(operators).map(([operator, operand]): Outcome<Condition> => {
    const here = inside(spot, `.${operator}`)
    if (operator === '$not') return compileNot(path, operand, here)
    if (operator === '$all') return compileAll(path, operand, here)
    if (operator === '$elemMatch') return compileElemMatch(path, operand, here)
    return compileTest({ path, operator, operand, operators }, here)
  })
  return mapped(allCompiled(parts), everyOf)
}

function compileNot(path: readonly string[], operand: unknown, spot: Spot): Outcome<Condition> {
  if (!isOperators(operand)) return wrong(spot, 'must be an object of operators, such as {"$gt": 5}')
  const reasons = (document: unknown) => [reasonOf(document, path, '$not')]
  return mapped(compileOperators(path, operand, spot), (part) => negationOf(part, reasons))
}
