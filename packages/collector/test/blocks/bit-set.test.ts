import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addMapped, remove, setOf, sizeOf, withRoomFor } from '../../src/store/blocks/bit-set.ts'

/** Few numbers and many are gone about in two ways. */
const anySize = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 16_300, max: 16_500 }),
  fc.constant(100_000),
)

const anyCase = anySize.chain((size) =>
  fc.record({
    size: fc.constant(size),
    numbers: fc.array(fc.integer({ min: 0, max: size - 1 }), { minLength: 1, maxLength: 300 }),
    cuts: fc.array(fc.nat(300), { maxLength: 6 }),
    removed: fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: 3 }),
  }),
)

test('A set has what stands in the ranges and was not removed, once each, whatever it is mapped to', () => {
  fc.assert(
    fc.property(anyCase, ({ size, numbers, cuts, removed }) => {
      const edges = [...new Set(cuts.map((cut) => Math.min(cut, numbers.length)))].toSorted((a, b) => a - b)
      const ranges = edges.slice(1).map((end, i) => ({ start: edges[i] as number, end }))
      const model = new Set(ranges.flatMap(({ start, end }) => numbers.slice(start, end)))
      const set = setOf(Uint32Array.from(numbers), ranges, size)
      expect(sizeOf(set)).toBe(model.size)
      for (const number of removed) {
        remove(set, number)
        model.delete(number)
      }
      expect(sizeOf(set)).toBe(model.size)

      const values = Uint32Array.from({ length: size }, (_, number) => 3 * (size - number))
      const mapped = withRoomFor(setOf([], [], 1), 3 * size)
      addMapped(mapped, set, values)
      expect(sizeOf(mapped)).toBe(model.size)
      for (const number of model) remove(mapped, values[number] as number)
      expect(sizeOf(mapped)).toBe(0)
    }),
  )
})

test('A set that grows keeps what it has', () => {
  const small = setOf([3, 31, 32], [{ start: 0, end: 3 }], 40)
  expect(withRoomFor(small, 63)).toBe(small)
  const large = withRoomFor(small, 64)
  expect([sizeOf(large), large.length]).toEqual([3, 4])
  remove(large, 32)
  expect([sizeOf(large), sizeOf(small)]).toEqual([2, 3])
})
