import type { ManualSections } from './manual-cases.ts'

const results = { a: { results: [82, 85, 88] }, b: { results: [75, 88, 89] } }
const products = [
  {
    results: [
      { product: 'abc', score: 10 },
      { product: 'xyz', score: 5 },
    ],
  },
  {
    results: [
      { product: 'abc', score: 8 },
      { product: 'xyz', score: 7 },
    ],
  },
  {
    results: [
      { product: 'abc', score: 7 },
      { product: 'xyz', score: 8 },
    ],
  },
] as const
const school = {
  tags: ['school', 'book', 'bag'],
  qty: [
    { size: 'S', num: 10, color: 'blue' },
    { size: 'M', num: 100, color: 'green' },
  ],
}

/** By title in the MongoDB manual: arithmetic, patterns, arrays, embedded documents, and what is beside MongoDB. */
export const ARRAY_SECTIONS: ManualSections = {
  '$mod — Use $mod to Select Documents': [
    [{ qty: { $mod: [4, 0] } }, { qty: 12 }, true],
    [{ qty: { $mod: [4, 0] } }, { qty: 5 }, false],
    [{ qty: { $mod: [4, 0] } }, { qty: '12' }, false],
  ],
  '$mod — Negative Dividend': [
    [{ qty: { $mod: [4, -1] } }, { qty: -5 }, true],
    [{ qty: { $mod: [4, 3] } }, { qty: -5 }, false],
  ],
  '$mod — Floating Point Arguments': [
    [{ qty: { $mod: [4.9, 0.2] } }, { qty: 12 }, true],
    [{ qty: { $mod: [4, 0] } }, { qty: 12.9 }, true],
    [{ qty: { $mod: [4, 0] } }, { qty: 1e300 }, false],
  ],
  '$regex — Perform a LIKE Match; Case-Insensitive': [
    [{ sku: { $regex: '789$' } }, { sku: 'xyz789' }, true],
    [{ sku: { $regex: '789$' } }, { sku: 'xyz7890' }, false],
    [{ sku: { $regex: '^ABC', $options: 'i' } }, { sku: 'abc123' }, true],
    [{ sku: { $regex: '^ABC' } }, { sku: 'abc123' }, false],
    [{ sku: { $options: 'i', $regex: '^ABC' } }, { sku: 'abc123' }, true],
    [{ sku: { $regex: '^ABC', $nin: ['ABC1'] } }, { sku: 'ABC1' }, false],
    [{ sku: { $regex: '1' } }, { sku: 1 }, false],
    [{ sku: { $regex: '^b' } }, { sku: ['a', 'b'] }, true],
  ],
  '$regex — Multiline Match for Lines Starting with Specified Pattern': [
    [{ description: { $regex: '^S', $options: 'm' } }, { description: 'First line\nSecond line' }, true],
    [{ description: { $regex: '^S' } }, { description: 'First line\nSecond line' }, false],
  ],
  '$regex — Use the . Dot Character to Match New Line': [
    [{ description: { $regex: 'm.*line', $options: 'si' } }, { description: 'Many spaces before     \nline' }, true],
    [{ description: { $regex: 'm.*line', $options: 'i' } }, { description: 'Many spaces before     \nline' }, false],
  ],
  '$regex — Ignore White Spaces in Pattern': [
    [{ sku: { $regex: 'abc #category code\n123 #item number', $options: 'x' } }, { sku: 'abc123' }, true],
    [{ sku: { $regex: 'a\\ b[ ]c \\# d', $options: 'x' } }, { sku: 'a b c#d' }, true],
    [{ sku: { $regex: 'abc 123' } }, { sku: 'abc123' }, false],
  ],
  'Array Query Operators: $all — Equivalent to $and Operation': [
    [{ tags: { $all: ['ssl', 'security'] } }, { tags: ['security', 'tls', 'ssl'] }, true],
    [{ tags: { $all: ['ssl', 'security'] } }, { tags: ['ssl'] }, false],
    [{ qty: { $all: [50] } }, { qty: 50 }, true],
    [{ tags: { $all: [] } }, { tags: [] }, false],
  ],
  '$all — Nested Array': [
    [{ tags: { $all: [['ssl', 'security']] } }, { tags: [['ssl', 'security'], 'x'] }, true],
    [{ tags: { $all: [['ssl', 'security']] } }, { tags: ['ssl', 'security'] }, true],
    [{ tags: { $all: [['ssl', 'security']] } }, { tags: ['security', 'ssl'] }, false],
  ],
  '$all — Use $all with $elemMatch': [
    [
      { qty: { $all: [{ $elemMatch: { size: 'M', num: { $gt: 50 } } }, { $elemMatch: { num: 10, color: 'blue' } }] } },
      school,
      true,
    ],
    [
      { qty: { $all: [{ $elemMatch: { size: 'M', num: { $gt: 50 } } }, { $elemMatch: { num: 100, color: 'blue' } }] } },
      school,
      false,
    ],
  ],
  '$elemMatch — Element Match': [
    [{ results: { $elemMatch: { $gte: 80, $lt: 85 } } }, results.a, true],
    [{ results: { $elemMatch: { $gte: 80, $lt: 85 } } }, results.b, false],
    [{ results: { $elemMatch: { $gte: 80 } } }, { results: 82 }, false],
    [{ results: { $elemMatch: { $gte: 80 } } }, { results: [[82]] }, false],
    [{ results: { $elemMatch: { $not: { $gte: 80 } } } }, { results: [82, 1] }, true],
  ],
  '$elemMatch — Array of Embedded Documents': [
    [{ results: { $elemMatch: { product: 'xyz', score: { $gte: 8 } } } }, products[0], false],
    [{ results: { $elemMatch: { product: 'xyz', score: { $gte: 8 } } } }, products[1], false],
    [{ results: { $elemMatch: { product: 'xyz', score: { $gte: 8 } } } }, products[2], true],
    [{ results: { $elemMatch: { $or: [{ product: 'q' }, { score: 10 }] } } }, products[0], true],
    [{ results: { $elemMatch: { '0': 5 } } }, { results: [[5, 6]] }, true],
    [
      { results: { $elemMatch: { lines: { $elemMatch: { n: 2 } } } } },
      { results: [{ lines: [{ n: 1 }, { n: 2 }] }] },
      true,
    ],
  ],
  $size: [
    [{ field: { $size: 2 } }, { field: ['red', 'green'] }, true],
    [{ field: { $size: 2 } }, { field: ['apple', 'lime', 'lemon'] }, false],
    [{ field: { $size: 0 } }, { field: [] }, true],
    [{ field: { $size: 2 } }, { field: [[1, 2]] }, false],
    [{ 'a.b': { $size: 1 } }, { a: [{ b: [] }, { b: [1] }] }, true],
  ],
  'Query on Embedded/Nested Documents — Match an Embedded Document': [
    [{ size: { h: 14, w: 21 } }, { size: { h: 14, w: 21 } }, true],
    [{ size: { w: 21, h: 14 } }, { size: { h: 14, w: 21 } }, false],
    [{ 'size.h': { $lt: 15 } }, { size: { h: 14 } }, true],
  ],
  'Query an Array — Compound Filter Conditions on the Array Elements': [
    [{ dim_cm: { $gt: 15, $lt: 20 } }, { dim_cm: [14, 21] }, true],
    [{ dim_cm: { $gt: 25 } }, { dim_cm: [14, 21] }, false],
  ],
  'Query an Array — Query for an Element by the Array Index Position': [
    [{ 'dim_cm.1': { $gt: 25 } }, { dim_cm: [14, 30] }, true],
    [{ 'dim_cm.1': { $gt: 25 } }, { dim_cm: [30, 14] }, false],
    [{ 'dim_cm.01': 30 }, { dim_cm: [14, 30] }, false],
  ],
  'Query an Array of Embedded Documents': [
    [{ instock: { warehouse: 'A', qty: 5 } }, { instock: [{ warehouse: 'A', qty: 5 }] }, true],
    [{ 'instock.qty': { $lte: 20 } }, { instock: [{ qty: 60 }, { qty: 15 }] }, true],
    [{ 'instock.0.qty': { $lte: 20 } }, { instock: [{ qty: 60 }, { qty: 15 }] }, false],
    [
      { 'instock.qty': 5, 'instock.warehouse': 'A' },
      {
        instock: [
          { warehouse: 'A', qty: 60 },
          { warehouse: 'B', qty: 5 },
        ],
      },
      true,
    ],
  ],
  'Query for Null or Missing Fields': [
    [{ item: null }, { item: null }, true],
    [{ item: null }, {}, true],
    [{ item: { $type: 10 } }, {}, false],
    [{ item: { $exists: false } }, { item: null }, false],
    [{ 'item.name': null }, { item: 'text' }, true],
    [{ item: null }, { item: [1, null] }, true],
  ],
  'Beside MongoDB: $startsWith, $endsWith, $contains': [
    [{ path: { $startsWith: '/shop' } }, { path: '/shop/1' }, true],
    [{ path: { $startsWith: '/shop' } }, { path: '/Shop/1' }, false],
    [{ path: { $endsWith: '.pdf' } }, { path: 'a.pdf' }, true],
    [{ path: { $endsWith: '.pdf' } }, { path: 'apdf' }, false],
    [{ path: { $contains: '.' } }, { path: 'ab' }, false],
    [{ path: { $contains: 'b' } }, { path: ['abc', 1] }, true],
    [{ path: { $contains: '1' } }, { path: 1 }, false],
    [{ path: { $not: { $contains: 'b' } } }, { path: 'b' }, false],
  ],
}
