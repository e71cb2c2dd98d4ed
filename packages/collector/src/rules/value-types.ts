import type { Test } from './document-path.ts'
import type { MadeTest } from './operators.ts'

const MAX_INT = 2 ** 31

function isInt(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= -MAX_INT && (value as number) < MAX_INT
}

function isLong(value: unknown): boolean {
  return Number.isInteger(value) && !isInt(value) && Math.abs(value as number) < 2 ** 63
}

const isNumber: Test = (value) => typeof value === 'number'

/**
 * BSON types by name and number, of what JSON can hold. A JSON number has the type that MongoDB's import tool gives it:
 * `int` if it is whole and fits 32 bits, `long` if it fits 64, else `double`.
 */
const TYPES: ReadonlyMap<unknown, Test> = new Map<unknown, Test>([
  ['double', (value) => isNumber(value) && !isInt(value) && !isLong(value)],
  ['string', (value) => typeof value === 'string'],
  ['object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  ['array', (value) => Array.isArray(value)],
  ['bool', (value) => typeof value === 'boolean'],
  ['null', (value) => value === null],
  ['int', isInt],
  ['long', isLong],
  ['number', isNumber],
])

const NUMBERS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [1, 'double'],
  [2, 'string'],
  [3, 'object'],
  [4, 'array'],
  [8, 'bool'],
  [10, 'null'],
  [16, 'int'],
  [18, 'long'],
])

/** One type or several, by name or number. */
export function typeTest(operand: unknown): MadeTest | string {
  const wanted: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
  const tests = wanted.map((type) => TYPES.get(NUMBERS.get(type) ?? type))
  const known = tests.filter((test) => test !== undefined)
  if (known.length === 0 || known.length < tests.length) {
    return `must be a type or a list of types that JSON can hold: ${[...TYPES.keys()].join(' ')}`
  }
  return { test: (value) => known.some((test) => test(value)) }
}
