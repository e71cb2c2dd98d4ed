import { expect, test } from 'vitest'
import { compileConditions } from '../src/deliver/conditions.ts'

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
  expect(compiled.value(event)).toBe(expected)
})

test('An event without a user has no user_id', () => {
  const compiled = compileConditions({ user_id: { $exists: false } })
  const { user_id: _user, ...anonymous } = event
  expect(compiled.ok && [compiled.value(event), compiled.value(anonymous)]).toEqual([false, true])
})

test('Texts compare by their bytes, not by their UTF-16 units', () => {
  const compiled = compileConditions({ 'metadata.plan': { $gt: '\uffee' } })
  expect(compiled.ok && compiled.value({ ...event, metadata: { plan: '😀' } })).toBe(true)
})

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) }
}

test.each([
  [null, 'conditions must be an object'],
  [[], 'conditions must be an object'],
  [{ $where: 'true' }, 'conditions.$where is not supported'],
  [{ $nor: [{}] }, 'conditions.$nor is not supported'],
  [{ $and: [] }, 'conditions.$and must be an array of at least one'],
  [{ $or: [{ event_name: { $regex: 'a' } }] }, 'conditions.$or[0].event_name.$regex is not supported'],
  [{ amount: 1 }, 'conditions.amount is not a field of an event'],
  [{ 'metadata..x': 1 }, 'conditions.metadata..x is not a path'],
  [{ 'metadata.$x': 1 }, 'conditions.metadata.$x is not a path'],
  [{ 'metadata.a': { $gt: 1, b: 2 } }, 'conditions.metadata.a.b is not supported'],
  [{ 'metadata.a': { $constructor: 1 } }, 'is not supported'],
  [{ 'metadata.a': { b: 1, $gt: 1 } }, 'conditions.metadata.a must be a value'],
  [{ 'metadata.a': { $in: 1 } }, 'conditions.metadata.a.$in must be an array'],
  [{ 'metadata.a': { $in: [{ $gt: 1 }] } }, 'conditions.metadata.a.$in must hold values'],
  [{ 'metadata.a': { $exists: 1 } }, 'conditions.metadata.a.$exists must be true or false'],
  [{ 'metadata.a': { $lt: null } }, 'conditions.metadata.a.$lt must be a text'],
  [{ timestamp: 'yesterday' }, 'conditions.timestamp must be an ISO 8601'],
  [{ timestamp: { $in: ['2024-01-01', 'x'] } }, 'conditions.timestamp.$in must be an ISO 8601'],
  [{ 'metadata.a': nested(30) }, 'conditions.metadata.a is nested more than 20 deep'],
  [{ ['metadata' + '.0'.repeat(40)]: 1 }, 'has more than 20 names'],
])('%j is refused with its place', (conditions, message) => {
  const compiled = compileConditions(conditions)
  expect(compiled.ok).toBe(false)
  expect(!compiled.ok && compiled.message).toContain(message)
})
