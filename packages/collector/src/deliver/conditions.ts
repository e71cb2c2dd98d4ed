import { parseTimestamp } from '@truecount/protocol'
import { type Outcome, type Refusal, refuse } from '../http/outcome.ts'
import { orderOf, valuesEqual } from './compare-values.ts'
import { valuesAt } from './document-path.ts'

/** What conditions look at. `timestamp` is in milliseconds, so that two spellings of one instant are equal. */
export interface EventDocument {
  readonly event_name: string
  /** Absent for an event without a user. */
  readonly user_id?: string
  readonly timestamp: number
  readonly metadata: object
}

export type Matches = (document: EventDocument) => boolean

const FIELDS = ['event_name', 'user_id', 'timestamp', 'metadata']
const MAX_DEPTH = 20
const MAX_PATH_NAMES = 20

/**
 * Compiles conditions in MongoDB query syntax. Refuses, with the path of what is wrong, all that it would not evaluate
 * exactly as MongoDB does.
 */
export function compileConditions(conditions: unknown, place = 'conditions', depth = 1): Outcome<Matches> {
  if (!isObject(conditions)) return wrong(place, 'must be an object')
  if (depth > MAX_DEPTH) return wrong(place, `is nested more than ${MAX_DEPTH} deep`)
  return everyOf(
    Object.entries(conditions).map(([name, value]) => {
      const here = `${place}.${name}`
      if (name === '$and' || name === '$or') return compileList(name, value, here, depth)
      if (name.startsWith('$')) return wrong(here, 'is not supported: use $and, $or or the name of a field')
      return compileField(name, value, here)
    }),
  )
}

function compileList(operator: '$and' | '$or', list: unknown, place: string, depth: number): Outcome<Matches> {
  if (!Array.isArray(list) || list.length === 0) return wrong(place, 'must be an array of at least one condition')
  const parts = list.map((part, i) => compileConditions(part, `${place}[${i}]`, depth + 1))
  return operator === '$and' ? everyOf(parts) : anyOf(parts)
}

function compileField(name: string, condition: unknown, place: string): Outcome<Matches> {
  const path = name.split('.')
  if (path.includes('') || path.some((part) => part.startsWith('$')))
    return wrong(place, 'is not a path of field names')
  if (!FIELDS.includes(path[0] as string)) return wrong(place, `is not a field of an event: use ${FIELDS.join(', ')}`)
  if (path.length > MAX_PATH_NAMES) return wrong(place, `has more than ${MAX_PATH_NAMES} names`)
  const isTime = path[0] === 'timestamp'
  if (!isOperators(condition)) return compileOperator(path, '$eq', condition, place, isTime)
  return everyOf(
    Object.entries(condition).map(([operator, operand]) =>
      compileOperator(path, operator, operand, `${place}.${operator}`, isTime),
    ),
  )
}

/** As in MongoDB, the first member decides whether an object is operators or a value to equal. */
function isOperators(condition: unknown): condition is object {
  return isObject(condition) && (Object.keys(condition)[0] ?? '').startsWith('$')
}

type Test = (value: unknown) => boolean

function compileOperator(
  path: readonly string[],
  operator: string,
  given: unknown,
  place: string,
  isTime: boolean,
): Outcome<Matches> {
  if (isDeeper(given, MAX_DEPTH)) return wrong(place, `is nested more than ${MAX_DEPTH} deep`)
  const operand = isTime && operator !== '$exists' ? readInstants(given) : given
  if (operand === undefined) return wrong(place, 'must be an ISO 8601 date-time, such as 2024-01-30T10:00:00Z')
  const make = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
  if (make === undefined) return wrong(place, `is not supported: use ${Object.keys(OPERATORS).join(' ')}`)
  const made = make(operand)
  if (typeof made === 'string') return wrong(place, made)
  const { test, negated } = made
  return { ok: true, value: (document) => valuesAt(document, path).some(test) !== negated }
}

/** Turns the date-times of an operand into milliseconds; `undefined` where one is none. */
function readInstants(operand: unknown): unknown {
  if (operand === null) return null
  if (typeof operand === 'string') return parseTimestamp(operand)
  if (!Array.isArray(operand)) return undefined
  const instants = operand.map(readInstants)
  return instants.includes(undefined) ? undefined : instants
}

interface Operator {
  readonly test: Test
  readonly negated: boolean
}

/** Each makes a test of one value, or says what is wrong with its operand. */
const OPERATORS: Readonly<Record<string, (operand: unknown) => Operator | string>> = {
  $eq: (operand) => equality(operand, false),
  $ne: (operand) => equality(operand, true),
  $gt: (operand) => ordering(operand, (order) => order > 0),
  $gte: (operand) => ordering(operand, (order) => order >= 0),
  $lt: (operand) => ordering(operand, (order) => order < 0),
  $lte: (operand) => ordering(operand, (order) => order <= 0),
  $in: (operand) => membership(operand, false),
  $nin: (operand) => membership(operand, true),
  $exists: (operand) =>
    typeof operand === 'boolean'
      ? { test: (value) => value !== undefined, negated: !operand }
      : 'must be true or false',
}

function equality(operand: unknown, negated: boolean): Operator | string {
  if (hasOperatorName(operand)) return 'must be a value, and an object with a name that begins with $ is none'
  return { test: equalTo(operand), negated }
}

function membership(operand: unknown, negated: boolean): Operator | string {
  if (!Array.isArray(operand)) return 'must be an array of values'
  if (operand.some(hasOperatorName)) return 'must hold values, and an object with a name that begins with $ is none'
  const tests = operand.map(equalTo)
  return { test: (value) => tests.some((test) => test(value)), negated }
}

function ordering(operand: unknown, holds: (order: number) => boolean): Operator | string {
  if (typeof operand !== 'string' && typeof operand !== 'number' && typeof operand !== 'boolean') {
    return 'must be a text, a number, true or false'
  }
  const test: Test = (value) => {
    const order = orderOf(value, operand)
    return order !== undefined && holds(order)
  }
  return { test, negated: false }
}

/** `null` also equals what is missing. */
function equalTo(operand: unknown): Test {
  return operand === null ? (value) => value === null || value === undefined : (value) => valuesEqual(value, operand)
}

function hasOperatorName(value: unknown): boolean {
  return isObject(value) && Object.keys(value).some((name) => name.startsWith('$'))
}

function everyOf(parts: readonly Outcome<Matches>[]): Outcome<Matches> {
  return combine(parts, (tests) => (document) => tests.every((matches) => matches(document)))
}

function anyOf(parts: readonly Outcome<Matches>[]): Outcome<Matches> {
  return combine(parts, (tests) => (document) => tests.some((matches) => matches(document)))
}

function combine(parts: readonly Outcome<Matches>[], join: (tests: readonly Matches[]) => Matches): Outcome<Matches> {
  const tests: Matches[] = []
  for (const part of parts) {
    if (!part.ok) return part
    tests.push(part.value)
  }
  return { ok: true, value: join(tests) }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(place: string, problem: string): Refusal {
  return refuse('invalid_request', `${place} ${problem}`)
}
