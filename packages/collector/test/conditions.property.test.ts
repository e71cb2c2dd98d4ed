import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileConditions } from '../src/rules/conditions.ts'
import { eventNamesOf } from '../src/rules/event-names.ts'

const scalar = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, 2.5, '', 'a', 'b', '1'),
  fc.integer({ min: -3, max: 3 }),
)
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y', '0'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value
const metadata = fc.dictionary(fc.constantFrom('a', 'b'), value, { maxKeys: 2, noNullPrototype: true })
const document = fc.record({ event_name: fc.constantFrom('one', 'two', 'three'), timestamp: fc.nat(5), metadata })

const path = fc
  .tuple(fc.constantFrom('a', 'b'), fc.array(fc.constantFrom('x', 'y', '0', '1'), { maxLength: 2 }))
  .map(([first, rest]) => ['metadata', first, ...rest].join('.'))

const operators = fc.oneof(
  fc.record({ $gt: fc.constantFrom(0, 'a', true, null) }),
  fc.record({ $lte: fc.constantFrom(1, 'a', false, null) }),
  fc.record({ $in: fc.array(value, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $size: fc.nat(3) }),
  fc.record({ $type: fc.constantFrom('number', 'string', 'array', 'object', 'null') }),
  fc.record({ $mod: fc.constant([2, 1]) }),
  fc.record({ $regex: fc.constantFrom('a', '^$', '[ab]') }),
  fc.record({ $all: fc.array(value, { maxLength: 2 }) }),
  fc.record({ $elemMatch: fc.record({ x: value }) }),
  fc.record({ $eq: value }),
)
const names = fc.oneof(
  fc.constantFrom('one', 'two', 3),
  fc.record({ $in: fc.subarray(['one', 'two', 'three']) }),
  fc.record({ $ne: fc.constant('one') }),
)
const condition: fc.Arbitrary<object> = fc.letrec<{ condition: object }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(path, operators).map(([at, tests]) => ({ [at]: tests })),
    names.map((event_name) => ({ event_name })),
    fc
      .tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('condition'), { minLength: 1, maxLength: 3 }))
      .map(([operator, parts]) => ({ [operator]: parts })),
    fc.tuple(tie('condition'), names).map(([part, event_name]) => ({ ...part, event_name })),
  ),
})).condition

function matches(conditions: object, subject: object): boolean {
  const compiled = compileConditions(conditions)
  if (!compiled.ok) throw new Error(compiled.message)
  return compiled.value.matches(subject)
}

test('De Morgan: none of two is neither, and not both is one of the two not', () => {
  fc.assert(
    fc.property(condition, condition, document, (a, b, subject) => {
      const not = (one: object) => ({ $nor: [one] })
      expect(matches({ $nor: [a, b] }, subject)).toBe(matches({ $and: [not(a), not(b)] }, subject))
      expect(matches(not({ $and: [a, b] }), subject)).toBe(matches({ $or: [not(a), not(b)] }, subject))
    }),
    { numRuns: 2_000 },
  )
})

test('$nin is not $in, $ne is not $eq, $in is some $eq, $all is every $eq, and a value alone is $eq', () => {
  fc.assert(
    fc.property(path, fc.array(value, { minLength: 1, maxLength: 3 }), document, (at, list, subject) => {
      const of = (tests: unknown) => matches({ [at]: tests }, subject)
      expect(of({ $nin: list })).toBe(!of({ $in: list }))
      expect(of({ $in: list })).toBe(list.some((one) => of({ $eq: one })))
      expect(of({ $all: list })).toBe(list.every((one) => of({ $eq: one })))
      for (const one of list) {
        expect(of({ $ne: one })).toBe(!of({ $eq: one }))
        expect(of(one)).toBe(of({ $eq: one }))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('$not is the opposite, several operators hold when each does, and members of conditions when each does', () => {
  fc.assert(
    fc.property(path, operators, operators, document, (at, a, b, subject) => {
      const of = (tests: unknown) => matches({ [at]: tests }, subject)
      expect(of({ $not: a })).toBe(!of(a))
      const both = { ...a, ...b }
      expect(of(both)).toBe(Object.entries(both).every(([name, operand]: [string, unknown]) => of({ [name]: operand })))
    }),
    { numRuns: 2_000 },
  )
})

test('What does not match has reasons', () => {
  fc.assert(
    fc.property(condition, document, (conditions, subject) => {
      const compiled = compileConditions(conditions)
      if (!compiled.ok) throw new Error(compiled.message)
      fc.pre(!compiled.value.matches(subject))
      expect(compiled.value.reasons(subject).length).toBeGreaterThan(0)
    }),
    { numRuns: 2_000 },
  )
})

test('An event of another name than the conditions are filed under never matches', () => {
  let bounded = 0
  fc.assert(
    fc.property(condition, document, (conditions, subject) => {
      const bound = eventNamesOf(conditions)
      if (bound === undefined || bound.has(subject.event_name)) return
      bounded += 1
      expect(matches(conditions, subject)).toBe(false)
    }),
    { numRuns: 3_000 },
  )
  expect(bounded).toBeGreaterThan(100)
})
