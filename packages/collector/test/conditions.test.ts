import { expect, test } from 'vitest'
import { compileConditions } from '../src/rules/conditions.ts'
import { OPERATOR_NAMES } from '../src/rules/field-test.ts'

const event = {
  event_name: 'purchase_completed',
  user_id: 'u1',
  timestamp: Date.parse('2024-01-30T10:00:00.500Z'),
  metadata: {
    amount: 501,
    plan: 'pro',
    none: null,
    paid: true,
    tags: ['a', 'b'],
    empty: [],
    lines: [{ sku: 'x', n: 1 }, { sku: 'y' }],
    grid: [
      [1, 2],
      [3, 4],
    ],
    place: { city: 'Zürich', zip: 8000 },
  },
}

test.each([
  [{}, true],
  [{ event_name: 'purchase_completed', 'metadata.amount': { $gt: 500 } }, true],
  [{ event_name: 'purchase_completed', 'metadata.amount': { $gt: 501 } }, false],
  [{ 'metadata.amount': { $gte: 501, $lt: 502 } }, true],
  [{ 'metadata.amount': { $lte: 500 } }, false],
  [{ 'metadata.amount': '501' }, false],
  [{ 'metadata.amount': { $gt: '5' } }, false],
  [{ 'metadata.amount': { $ne: '501' } }, true],
  [{ 'metadata.plan': { $in: ['free', 'pro'] } }, true],
  [{ 'metadata.plan': { $nin: ['free', 'pro'] } }, false],
  [{ 'metadata.plan': { $gt: 'pr' } }, true],
  [{ 'metadata.paid': { $gt: false } }, true],
  [{ 'metadata.missing': null }, true],
  [{ 'metadata.none': null }, true],
  [{ 'metadata.none': { $exists: true } }, true],
  [{ 'metadata.missing': { $exists: true } }, false],
  [{ 'metadata.missing': { $exists: false } }, true],
  [{ 'metadata.missing': { $ne: 1 } }, true],
  [{ 'metadata.missing': { $in: [null] } }, true],
  [{ 'metadata.missing': { $lt: 1 } }, false],
  [{ 'metadata.amount.deeper': null }, true],
  // Arrays: any element, the array itself, by number, and through objects.
  [{ 'metadata.tags': 'b' }, true],
  [{ 'metadata.tags': ['a', 'b'] }, true],
  [{ 'metadata.tags': ['b', 'a'] }, false],
  [{ 'metadata.tags': { $ne: 'a' } }, false],
  [{ 'metadata.tags.1': 'b' }, true],
  [{ 'metadata.tags.2': { $exists: true } }, false],
  [{ 'metadata.empty': { $exists: true } }, true],
  [{ 'metadata.empty.0': null }, false],
  [{ 'metadata.lines.sku': 'y' }, true],
  [{ 'metadata.lines.n': null }, true],
  [{ 'metadata.lines.0.n': 1 }, true],
  [{ 'metadata.lines.1.n': { $exists: true } }, false],
  [{ 'metadata.grid': 1 }, false],
  [{ 'metadata.grid': [1, 2] }, true],
  [{ 'metadata.grid.1.0': 3 }, true],
  [{ 'metadata.tags.x': null }, false],
  // Whole objects: same members in the same order.
  [{ 'metadata.place': { city: 'Zürich', zip: 8000 } }, true],
  [{ 'metadata.place': { zip: 8000, city: 'Zürich' } }, false],
  [{ 'metadata.place': { city: 'Zürich' } }, false],
  [{ 'metadata.place': {} }, false],
  // Own members only.
  [{ 'metadata.constructor': { $exists: true } }, false],
  [{ 'metadata.__proto__': { $exists: true } }, false],
  // Instants, whatever their spelling.
  [{ timestamp: '2024-01-30T11:00:00.5+01:00' }, true],
  [{ timestamp: { $gt: '2024-01-30T10:00:00Z', $lt: '2024-01-30T10:00:01Z' } }, true],
  [{ $or: [{ user_id: 'u2' }, { $and: [{ user_id: 'u1' }, { 'metadata.amount': 501 }] }] }, true],
  [{ $or: [{ user_id: 'u2' }, { user_id: 'u3' }] }, false],
  [{ $and: [{ user_id: 'u1' }, { 'metadata.amount': 1 }] }, false],
])('%j is %s, as in MongoDB', (conditions, expected) => {
  const compiled = compileConditions(conditions)
  if (!compiled.ok) throw new Error(compiled.message)
  expect(compiled.value.matches(event)).toBe(expected)
})

test('An event without a user has no user_id', () => {
  const compiled = compileConditions({ user_id: { $exists: false } })
  const { user_id: _user, ...anonymous } = event
  expect(compiled.ok && [compiled.value.matches(event), compiled.value.matches(anonymous)]).toEqual([false, true])
})

test('Texts compare by their bytes, not by their UTF-16 units', () => {
  const compiled = compileConditions({ 'metadata.plan': { $gt: '\uffee' } })
  expect(compiled.ok && compiled.value.matches({ ...event, metadata: { plan: '😀' } })).toBe(true)
})

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) }
}

function nots(depth: number): object {
  let condition: object = { $gt: 1 }
  for (let i = 0; i < depth; i++) condition = { $not: condition }
  return { 'metadata.a': condition }
}

function ands(depth: number): object {
  let condition: object = { user_id: 'a' }
  for (let i = 0; i < depth; i++) condition = { $and: [condition] }
  return condition
}

function elements(depth: number): object {
  let condition: object = { b: 1 }
  for (let i = 0; i < depth; i++) condition = { b: { $elemMatch: condition } }
  return { 'metadata.a': { $elemMatch: condition } }
}

test.each([
  [null, 'conditions must be an object'],
  [[], 'conditions must be an object'],
  [{ $where: 'true' }, 'conditions.$where is not supported'],
  [{ $expr: { $gt: ['$metadata.a', 1] } }, 'conditions.$expr is not supported'],
  [{ $nor: {} }, 'conditions.$nor must be an array of at least one'],
  [{ $and: [] }, 'conditions.$and must be an array of at least one'],
  [{ $or: [{ event_name: { $where: 'a' } }] }, 'conditions.$or[0].event_name.$where is not supported'],
  [{ 'metadata.a': { $not: 1 } }, 'conditions.metadata.a.$not must be an object of operators'],
  [{ 'metadata.a': { $not: {} } }, 'conditions.metadata.a.$not must be an object of operators'],
  [{ 'metadata.a': { $not: { $where: 1 } } }, 'conditions.metadata.a.$not.$where is not supported'],
  [{ 'metadata.a': { $all: 1 } }, 'conditions.metadata.a.$all must be an array'],
  [{ 'metadata.a': { $all: [{ $gt: 1 }] } }, 'conditions.metadata.a.$all[0] must be a value'],
  [{ 'metadata.a': { $elemMatch: 1 } }, 'conditions.metadata.a.$elemMatch must be an object'],
  [{ 'metadata.a': { $elemMatch: { b: { $typo: 1 } } } }, 'conditions.metadata.a.$elemMatch.b.$typo is not supported'],
  [{ 'metadata.a': { $elemMatch: { $gt: 1, b: 1 } } }, 'conditions.metadata.a.$elemMatch.b is not supported'],
  [{ 'metadata.a': { $size: -1 } }, 'conditions.metadata.a.$size must be a whole number'],
  [{ 'metadata.a': { $size: 1.5 } }, 'conditions.metadata.a.$size must be a whole number'],
  [{ 'metadata.a': { $type: 'text' } }, 'conditions.metadata.a.$type must be a type'],
  [{ 'metadata.a': { $type: [] } }, 'conditions.metadata.a.$type must be a type'],
  [{ 'metadata.a': { $mod: [0, 1] } }, 'conditions.metadata.a.$mod must be an array of a divisor'],
  [{ 'metadata.a': { $mod: [0.5, 1] } }, 'conditions.metadata.a.$mod must be an array of a divisor'],
  [{ 'metadata.a': { $mod: [1] } }, 'conditions.metadata.a.$mod must be an array of a divisor'],
  [{ 'metadata.a': { $startsWith: 1 } }, 'conditions.metadata.a.$startsWith must be a text'],
  [{ 'metadata.a': { $regex: 1 } }, 'conditions.metadata.a.$regex must be a text'],
  [
    { 'metadata.a': { $regex: '(' } },
    "conditions.metadata.a.$regex can't be used: error parsing regexp: missing closing",
  ],
  [{ 'metadata.a': { $regex: 'a(?=b)' } }, 'without look-around'],
  [{ 'metadata.a': { $regex: 'a', $options: 'g' } }, 'conditions.metadata.a.$regex has $options other than'],
  [{ 'metadata.a': { $regex: 'a', $options: 1 } }, 'conditions.metadata.a.$regex'],
  [{ 'metadata.a': { $options: 'i' } }, 'conditions.metadata.a.$options needs a $regex'],
  [{ timestamp: { $regex: '2024' } }, 'conditions.timestamp.$regex is not for timestamp'],
  [{ timestamp: { $type: 'date' } }, 'conditions.timestamp.$type is not for timestamp'],
  [{ timestamp: { $elemMatch: {} } }, 'conditions.timestamp.$elemMatch is not for timestamp'],
  [{ 'timestamp.year': 2024 }, 'conditions.timestamp.year is not a path'],
  // Limits.
  [
    { 'metadata.a': { $in: Array.from({ length: 1001 }, (_, i) => i) } },
    'conditions.metadata.a.$in holds more than 1000',
  ],
  [
    { 'metadata.a': { $all: Array.from({ length: 1001 }, (_, i) => i) } },
    'conditions.metadata.a.$all holds more than 1000',
  ],
  [
    { $or: Array.from({ length: 201 }, (_, i) => ({ user_id: `${i}` })) },
    'conditions.$or[200].user_id is one too many',
  ],
  [{ 'metadata.a': { $regex: 'a'.repeat(501) } }, 'conditions.metadata.a.$regex is longer than 500'],
  [{ 'metadata.a': { $regex: '.{301}' } }, 'conditions.metadata.a.$regex is too large'],
  [
    { $and: [{ user_id: { $regex: 'a{200}' } }, { user_id: { $regex: 'a{200}' } }] },
    'conditions.$and[1].user_id.$regex is too large',
  ],
  [{ 'metadata.a': { $regex: '(((a{10}){10}){10}){10}' } }, 'conditions.metadata.a.$regex'],
  [nots(30), 'is nested more than 20 deep'],
  [ands(30), 'is nested more than 20 deep'],
  [elements(30), 'is nested more than 20 deep'],
  [{ amount: 1 }, 'conditions.amount is not a field of an event'],
  [{ 'metadata..x': 1 }, 'conditions.metadata..x is not a path'],
  [{ 'metadata.$x': 1 }, 'conditions.metadata.$x is not a path'],
  [{ 'metadata.a': { $gt: 1, b: 2 } }, 'conditions.metadata.a.b is not supported'],
  [{ 'metadata.a': { $constructor: 1 } }, 'is not supported'],
  [{ 'metadata.a': { b: 1, $gt: 1 } }, 'conditions.metadata.a must be a value'],
  [{ 'metadata.a': { $in: 1 } }, 'conditions.metadata.a.$in must be an array'],
  [{ 'metadata.a': { $in: [{ $gt: 1 }] } }, 'conditions.metadata.a.$in must hold values'],
  [{ 'metadata.a': { $exists: 1 } }, 'conditions.metadata.a.$exists must be true or false'],
  [{ 'metadata.a': { $lt: [1] } }, 'conditions.metadata.a.$lt must be a text'],
  [{ timestamp: 'yesterday' }, 'conditions.timestamp must be an ISO 8601'],
  [{ timestamp: { $in: ['2024-01-01', 'x'] } }, 'conditions.timestamp.$in must be an ISO 8601'],
  [{ 'metadata.a': nested(30) }, 'conditions.metadata.a is nested more than 20 deep'],
  [{ ['metadata' + '.0'.repeat(40)]: 1 }, 'has more than 20 names'],
])('%j is refused with its place', (conditions, message) => {
  const compiled = compileConditions(conditions)
  expect(compiled.ok).toBe(false)
  expect(!compiled.ok && compiled.message).toContain(message)
})

test.each([
  ['{"metadata.a":1e999}', 'conditions.metadata.a'],
  ['{"metadata.a":{"b":[-1e999]}}', 'conditions.metadata.a'],
  ['{"metadata.a":{"$lt":1e999}}', 'conditions.metadata.a.$lt'],
  ['{"metadata.a":{"$in":[1,1e999]}}', 'conditions.metadata.a.$in'],
  ['{"metadata.a":{"$not":{"$gte":1e999}}}', 'conditions.metadata.a.$not.$gte'],
  ['{"metadata.a":{"$all":[1,1e999]}}', 'conditions.metadata.a.$all[1]'],
  ['{"metadata.a":{"$all":[{"$elemMatch":{"$ne":1e999}}]}}', 'conditions.metadata.a.$all[0].$elemMatch.$ne'],
  ['{"metadata.a":{"$elemMatch":{"b":1e999}}}', 'conditions.metadata.a.$elemMatch.b'],
  ['{"$nor":[{"user_id":"u"},{"metadata.a":{"$eq":1e999}}]}', 'conditions.$nor[1].metadata.a.$eq'],
])('%s is refused with its place: no double is such a number', (text, place) => {
  const compiled = compileConditions(JSON.parse(text))
  expect(!compiled.ok && compiled.message).toBe(`${place} holds a number beyond the range of doubles`)
})

test.each(OPERATOR_NAMES)('%s takes no number beyond the range of doubles, wherever it stands', (operator) => {
  for (const operand of ['1e999', '[1,-1e999]', '[[1e999]]', '{"b":1e999}', '{"b":[{"c":1e999}]}']) {
    const compiled = compileConditions(JSON.parse(`{"metadata.a":{"${operator}":${operand}}}`))
    expect(!compiled.ok && compiled.message).toContain(`conditions.metadata.a.${operator}`)
  }
})

test.each([
  '(a+)+$',
  '^(a+)+$',
  '(.*)*x',
  '((a*)b?)+',
  '(?:a|b+)*c',
  '(a{2,})+',
  '([a)]+)*',
  '(?i:x+)+',
  '((ab)*c){3,}',
])('The pattern %s repeats a repetition without end, and is refused', (pattern) => {
  const compiled = compileConditions({ user_id: { $regex: pattern } })
  expect(!compiled.ok && compiled.message).toContain('conditions.user_id.$regex repeats without end')
})

test.each([
  'a+b+',
  '(a+)b+',
  '(a+)?',
  '(ab)+',
  '[(a+)+]',
  '\\(a+\\)+',
  '(a+){2}',
  '(\\Qa+\\E)+',
  '(?i)a+',
  '(a{2})+',
  '([+*])+',
])('The pattern %s does not, and is taken', (pattern) => {
  expect(compileConditions({ user_id: { $regex: pattern } })).toMatchObject({ ok: true })
})

test('No pattern that is taken stalls: ten times the text takes about ten times as long, not its square', () => {
  const compiled = compileConditions({ 'metadata.text': { $regex: 'a?a?a?a?a?a?a?a?a?a?aaaaaaaaaab*b*b*b*c$' } })
  if (!compiled.ok) throw new Error(compiled.message)
  const timeOf = (text: string) => {
    const startedMs = performance.now()
    for (let i = 0; i < 5; i++) expect(compiled.value.matches({ metadata: { text: `${text}${i}c!` } })).toBe(false)
    return performance.now() - startedMs
  }
  timeOf('ab'.repeat(1_000))
  const [short, long] = [timeOf('ab'.repeat(20_000)), timeOf('ab'.repeat(200_000))]
  expect(long / short).toBeLessThan(40)
})
