import { holdsInfinity, parseTimestamp } from '@truecount/protocol'
import type { Outcome } from '../http/outcome.ts'
import { type Condition, testOf } from './condition.ts'
import { MAX_DEPTH, MAX_OPERATORS } from './condition-limits.ts'
import { isDeeper } from './json-kinds.ts'
import { MAKERS, type MadeTest } from './operators.ts'
import { compilePattern } from './pattern.ts'
import { type Spot, wrong } from './spot.ts'

/** One operator of one field. */
export interface FieldTest {
  readonly path: readonly string[]
  readonly operator: string
  readonly operand: unknown
  /** The operator and its neighbours. */
  readonly operators: object
}

const FOR_TIMESTAMP = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists']
export const OPERATOR_NAMES = [...Object.keys(MAKERS), '$regex', '$not', '$all', '$elemMatch']

/** A test of the values at a path by one operator. */
export function compileTest({ path, operator, operand, operators }: FieldTest, spot: Spot): Outcome<Condition> {
  const { budget } = spot
  if (operator === '$options') {
    if (Object.hasOwn(operators, '$regex')) return { ok: true, value: { matches: () => true, reasons: () => [] } }
    return wrong(spot, 'needs a $regex beside it')
  }
  budget.operators -= 1
  if (budget.operators < 0) return wrong(spot, `is one too many: conditions hold at most ${MAX_OPERATORS} operators`)
  if (isDeeper(operand, MAX_DEPTH)) return wrong(spot, `is nested more than ${MAX_DEPTH} deep`)
  // What is stored of it would be null, which means something else.
  if (holdsInfinity(operand)) return wrong(spot, 'holds a number beyond the range of doubles')
  const isTime = spot.ofEvent && path[0] === 'timestamp'
  if (isTime && !FOR_TIMESTAMP.includes(operator) && OPERATOR_NAMES.includes(operator)) {
    return wrong(spot, `is not for timestamp: use ${FOR_TIMESTAMP.join(' ')} $not $all`)
  }
  const given = isTime && operator !== '$exists' ? readInstants(operand) : operand
  if (given === undefined) return wrong(spot, 'must be an ISO 8601 date-time, such as 2024-01-30T10:00:00Z')
  const made = makeTest(operator, given, operators, spot)
  if (typeof made === 'string') return wrong(spot, made)
  const reach = { path, intoLastArray: path.length > 0 && made.ofWhole !== true }
  return { ok: true, value: testOf(reach, operator, made.test, made.negated) }
}

function makeTest(operator: string, operand: unknown, operators: object, { budget }: Spot): MadeTest | string {
  if (operator === '$regex') return compilePattern(operand, (operators as { $options?: unknown }).$options, budget)
  const make = Object.hasOwn(MAKERS, operator) ? MAKERS[operator] : undefined
  return make === undefined ? `is not supported: use ${OPERATOR_NAMES.join(' ')}` : make(operand)
}

/** Turns the date-times of an operand into milliseconds; `undefined` where one is none. */
function readInstants(operand: unknown): unknown {
  if (operand === null) return null
  if (typeof operand === 'string') return parseTimestamp(operand)
  if (!Array.isArray(operand)) return undefined
  const instants = operand.map(readInstants)
  return instants.includes(undefined) ? undefined : instants
}
