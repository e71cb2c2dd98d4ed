/** Conditions on metadata, metadata, and whether they match. */
export type ManualCase = readonly [conditions: object, metadata: object, matches: boolean]

export type ManualSections = Readonly<Record<string, readonly ManualCase[]>>

/** By title in the MongoDB manual: comparison, logic, existence, types. */
export const VALUE_SECTIONS: ManualSections = {
  'Comparison Query Operators: $eq — Equals a Specified Value': [
    [{ qty: { $eq: 20 } }, { qty: 20 }, true],
    [{ qty: 20 }, { qty: 20 }, true],
    [{ qty: { $eq: 20 } }, { qty: '20' }, false],
  ],
  '$eq — Field in Embedded Document Equals a Value': [
    [{ 'item.name': { $eq: 'ab' } }, { item: { name: 'ab', code: '123' } }, true],
    [{ 'item.name': 'ab' }, { item: { name: 'cd' } }, false],
  ],
  '$eq — Array Element Equals a Value': [
    [{ tags: { $eq: 'B' } }, { tags: ['A', 'B', 'C'] }, true],
    [{ tags: { $eq: 'B' } }, { tags: ['A', ['B']] }, false],
  ],
  '$eq — Equals an Array Value': [
    [{ tags: { $eq: ['A', 'B'] } }, { tags: ['A', 'B'] }, true],
    [{ tags: { $eq: ['A', 'B'] } }, { tags: [['A', 'B'], 'C'] }, true],
    [{ tags: ['A', 'B'] }, { tags: ['B', 'A'] }, false],
  ],
  '$ne — Match Document Fields That Are Not Equal': [
    [{ quantity: { $ne: 20 } }, { quantity: 50 }, true],
    [{ quantity: { $ne: 20 } }, {}, true],
    [{ quantity: { $ne: 20 } }, { quantity: [20, 50] }, false],
    [{ quantity: { $ne: null } }, { quantity: null }, false],
    [{ quantity: { $ne: null } }, {}, false],
  ],
  'Comparison Query Operators: $gt, $gte, $lt, $lte': [
    [{ qty: { $gt: 20 } }, { qty: 21 }, true],
    [{ qty: { $gt: 20 } }, { qty: 20 }, false],
    [{ qty: { $gte: 20 } }, { qty: 20 }, true],
    [{ qty: { $lt: 20 } }, { qty: 19.5 }, true],
    [{ qty: { $lte: 20 } }, { qty: 20.5 }, false],
    [{ qty: { $gt: 20 } }, {}, false],
  ],
  'Comparison/Sort Order — Type Bracketing': [
    [{ a: { $gt: 5 } }, { a: 'z' }, false],
    [{ a: { $gt: 'a' } }, { a: 5 }, false],
    [{ a: { $lt: 'z' } }, { a: null }, false],
    [{ a: { $gte: false } }, { a: 0 }, false],
    [{ a: { $gt: false } }, { a: true }, true],
    [{ a: { $gte: null } }, { a: null }, true],
    [{ a: { $lte: null } }, {}, true],
    [{ a: { $gt: null } }, { a: 0 }, false],
    [{ a: { $lt: null } }, { a: null }, false],
    [{ a: { $gt: 'a' } }, { a: { b: 1 } }, false],
  ],
  '$in — Use the $in Operator to Match Values': [
    [{ quantity: { $in: [5, 15] } }, { quantity: 15 }, true],
    [{ quantity: { $in: [5, 15] } }, { quantity: 10 }, false],
    [{ quantity: { $in: [] } }, { quantity: 10 }, false],
    [{ quantity: { $in: [null] } }, {}, true],
    [{ quantity: { $in: [{ a: 1 }, [2]] } }, { quantity: { a: 1 } }, true],
    [{ quantity: { $in: [{ a: 1 }, [2]] } }, { quantity: [2] }, true],
    [{ quantity: { $in: [0] } }, { quantity: -0 }, true],
  ],
  '$in — Use the $in Operator to Match Values in an Array': [
    [{ tags: { $in: ['home', 'school'] } }, { tags: ['school', 'book'] }, true],
    [{ tags: { $in: ['home', 'school'] } }, { tags: ['appliance'] }, false],
  ],
  '$nin — Select on Unmatching Documents': [
    [{ quantity: { $nin: [5, 15] } }, { quantity: 20 }, true],
    [{ quantity: { $nin: [5, 15] } }, {}, true],
    [{ quantity: { $nin: [5, 15] } }, { quantity: 5 }, false],
    [{ tags: { $nin: ['school'] } }, { tags: ['school', 'book'] }, false],
  ],
  'Logical Query Operators: $and': [
    [{ $and: [{ price: { $ne: 1.99 } }, { price: { $exists: true } }] }, { price: 2 }, true],
    [{ $and: [{ price: { $ne: 1.99 } }, { price: { $exists: true } }] }, {}, false],
    [
      {
        $and: [{ $or: [{ qty: { $lt: 10 } }, { qty: { $gt: 50 } }] }, { $or: [{ sale: true }, { price: { $lt: 5 } }] }],
      },
      { qty: 60, sale: true },
      true,
    ],
    [
      {
        $and: [{ $or: [{ qty: { $lt: 10 } }, { qty: { $gt: 50 } }] }, { $or: [{ sale: true }, { price: { $lt: 5 } }] }],
      },
      { qty: 30, sale: true },
      false,
    ],
  ],
  'Logical Query Operators: $or': [
    [{ $or: [{ quantity: { $lt: 20 } }, { price: 10 }] }, { quantity: 50, price: 10 }, true],
    [{ $or: [{ quantity: { $lt: 20 } }, { price: 10 }] }, { quantity: 50, price: 11 }, false],
  ],
  '$nor — $nor Query with Two Expressions': [
    [{ $nor: [{ price: 1.99 }, { sale: true }] }, { price: 2, sale: false }, true],
    [{ $nor: [{ price: 1.99 }, { sale: true }] }, {}, true],
    [{ $nor: [{ price: 1.99 }, { sale: true }] }, { price: 1.99 }, false],
  ],
  '$nor and $exists': [
    [{ $nor: [{ price: 1.99 }, { price: { $exists: false } }] }, {}, false],
    [{ $nor: [{ price: 1.99 }, { price: { $exists: false } }] }, { price: 2 }, true],
  ],
  'Logical Query Operators: $not': [
    [{ price: { $not: { $gt: 1.99 } } }, { price: 1.99 }, true],
    [{ price: { $not: { $gt: 1.99 } } }, {}, true],
    [{ price: { $not: { $gt: 1.99 } } }, { price: 2 }, false],
    [{ price: { $not: { $gt: 1, $lt: 3 } } }, { price: 2 }, false],
    [{ price: { $not: { $gt: 1, $lt: 3 } } }, { price: 5 }, true],
    [{ price: { $not: { $not: { $gt: 1 } } } }, { price: 2 }, true],
  ],
  '$not and Regular Expressions': [
    [{ item: { $not: { $regex: '^p.*' } } }, { item: 'card' }, true],
    [{ item: { $not: { $regex: '^p.*' } } }, { item: 'paper' }, false],
    [{ item: { $not: { $regex: '^p.*' } } }, { item: 1 }, true],
  ],
  '$exists — Exists and Not Equal To': [
    [{ qty: { $exists: true, $nin: [5, 15] } }, { qty: 7 }, true],
    [{ qty: { $exists: true, $nin: [5, 15] } }, {}, false],
  ],
  '$exists — Null Values': [
    [{ qty: { $exists: true } }, { qty: null }, true],
    [{ qty: { $exists: false } }, { qty: null }, false],
    [{ qty: { $exists: false } }, {}, true],
  ],
  '$type — Querying by Data Type': [
    [{ zip: { $type: 2 } }, { zip: '63' }, true],
    [{ zip: { $type: 'string' } }, { zip: 63 }, false],
    [{ zip: { $type: 'int' } }, { zip: 63 }, true],
    [{ zip: { $type: 'long' } }, { zip: 2 ** 40 }, true],
    [{ zip: { $type: 'double' } }, { zip: 0.5 }, true],
    [{ zip: { $type: 'double' } }, { zip: 1 }, false],
    [{ zip: { $type: 'number' } }, { zip: 0.5 }, true],
    [{ zip: { $type: ['string', 'null'] } }, { zip: null }, true],
    [{ zip: { $type: 10 } }, {}, false],
    [{ zip: { $type: 'bool' } }, { zip: false }, true],
    [{ zip: { $type: 'object' } }, { zip: {} }, true],
    [{ zip: { $type: 'object' } }, { zip: [1] }, false],
  ],
  '$type — Querying by Array Type': [
    [{ readings: { $type: 'array' } }, { readings: [25, 23] }, true],
    [{ readings: { $type: 'array' } }, { readings: 25 }, false],
    [{ readings: { $type: 'string' } }, { readings: [25, 'a'] }, true],
    [{ readings: { $type: 'object' } }, { readings: [25, {}] }, true],
  ],
}
