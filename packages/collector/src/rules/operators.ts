import { orderOf, valuesEqual } from './compare-values.ts'
import { MAX_VALUES } from './condition-limits.ts'
import type { Test } from './document-path.ts'
import { hasOperatorName } from './json-kinds.ts'
import { typeTest } from './value-types.ts'

/** A test of one value. */
export interface MadeTest {
  readonly test: Test
  /** Whether the condition holds when no value passes. */
  readonly negated?: boolean
  /** Whether an array is tested as such, and not its elements too. */
  readonly ofWhole?: boolean
}

/** Each makes a test, or says what is wrong with its operand. */
export const MAKERS: Readonly<Record<string, (operand: unknown) => MadeTest | string>> = {
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
  $type: typeTest,
  $size: (operand) =>
    Number.isSafeInteger(operand) && (operand as number) >= 0
      ? { test: (value) => Array.isArray(value) && value.length === operand, ofWhole: true }
      : 'must be a whole number, 0 or more',
  $mod: (operand) => remainder(operand),
  $startsWith: (operand) => ofText(operand, (value, part) => value.startsWith(part)),
  $endsWith: (operand) => ofText(operand, (value, part) => value.endsWith(part)),
  $contains: (operand) => ofText(operand, (value, part) => value.includes(part)),
}

function equality(operand: unknown, negated: boolean): MadeTest | string {
  if (hasOperatorName(operand)) return 'must be a value, and an object with a name that begins with $ is none'
  return { test: equalTo(operand), negated }
}

function membership(operand: unknown, negated: boolean): MadeTest | string {
  if (!Array.isArray(operand)) return 'must be an array of values'
  if (operand.length > MAX_VALUES) return `holds more than ${MAX_VALUES} values`
  if (operand.some(hasOperatorName)) return 'must hold values, and an object with a name that begins with $ is none'
  const simple = new Set(operand.filter((member) => typeof member !== 'object'))
  const others = operand.filter((member) => typeof member === 'object').map(equalTo)
  return { test: (value) => simple.has(value) || others.some((test) => test(value)), negated }
}

function ordering(operand: unknown, holds: (order: number) => boolean): MadeTest | string {
  if (operand === null) return { test: holds(0) ? equalTo(null) : () => false }
  if (typeof operand !== 'string' && typeof operand !== 'number' && typeof operand !== 'boolean') {
    return 'must be a text, a number, true, false or null'
  }
  const test: Test = (value) => {
    const order = orderOf(value, operand)
    return order !== undefined && holds(order)
  }
  return { test }
}

/** `null` also equals what is missing. */
function equalTo(operand: unknown): Test {
  return operand === null ? (value) => value === null || value === undefined : (value) => valuesEqual(value, operand)
}

const BEYOND_LONG = 2 ** 63

/** Fractions are cut off, as MongoDB does before it divides. */
function remainder(operand: unknown): MadeTest | string {
  const [divisor, rest] = Array.isArray(operand) && operand.length === 2 ? (operand as unknown[]).map(whole) : []
  if (divisor === undefined || rest === undefined || divisor === 0) {
    return 'must be an array of a divisor, which is not 0, and a remainder'
  }
  return {
    test(value) {
      const number = whole(value)
      return number !== undefined && number % divisor === rest
    },
  }
}

/** What is beyond 64 bits has no remainder. */
function whole(value: unknown): number | undefined {
  return typeof value === 'number' && Math.abs(value) < BEYOND_LONG ? Math.trunc(value) : undefined
}

function ofText(operand: unknown, holds: (value: string, part: string) => boolean): MadeTest | string {
  if (typeof operand !== 'string') return 'must be a text'
  return { test: (value) => typeof value === 'string' && holds(value, operand) }
}
