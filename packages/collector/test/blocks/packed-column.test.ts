import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { packColumn, unpackColumn, unpackedUints } from '../../src/store/blocks/packed-column.ts'

const anyWhole = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_500 }),
  fc.maxSafeInteger(),
)
/** Of one size, so that each width comes up, and of all sizes. */
const anyWholes = fc.oneof(
  ...[255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000].map((range) =>
    fc
      .tuple(fc.maxSafeInteger(), fc.array(fc.integer({ min: 0, max: range }), { maxLength: 30 }))
      .map(([base, values]) => values.map((value) => Math.trunc(base / 2) + value)),
  ),
  fc.array(anyWhole, { maxLength: 30 }),
)

function valuesOf(packed: Buffer, at: number): number[] {
  const { base, values, end } = unpackColumn(packed, at)
  expect(end).toBe(packed.length)
  return Array.from(values, (value) => base + value)
}

test('A packed column gives back every whole number, plain and by differences, wherever it lies', () => {
  fc.assert(
    fc.property(anyWholes, fc.boolean(), fc.nat(7), (values, differences, at) => {
      const packed = Buffer.concat([Buffer.alloc(at), packColumn(values, differences)])
      expect(valuesOf(packed, at)).toEqual(values)
    }),
  )
})

test('A packed column gives back doubles and NaN, also where differences were wished for', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), anyWhole)), fc.boolean(), (values, differences) => {
      const withoutNegativeZero = values.map((value) => value + 0)
      expect(valuesOf(packColumn(withoutNegativeZero, differences), 0)).toEqual(withoutNegativeZero)
    }),
  )
})

test('A packed column takes a byte a value where values are close together, and two, four or eight where they are not', () => {
  const bytesOf = (...values: number[]) => packColumn(values).length - 16
  expect(bytesOf(1e12, 1e12 + 255)).toBe(2)
  expect(bytesOf(1e12, 1e12 + 256)).toBe(4)
  expect(bytesOf(1e12, 1e12 + 65_536)).toBe(8)
  expect(bytesOf(1e12, 2e12)).toBe(16)
})

test('The bytes of a packed column are those of the documented format', () => {
  expect(packColumn([300, 301, 700]).toString('hex')).toBe(
    ['02000000', '03000000', '0000000000c07240', '000190', '000001'].join(''),
  )
  expect(packColumn([5, 6, 8], true).toString('hex')).toBe(
    ['01010000', '03000000', '000000000000f03f', '040001'].join(''),
  )
})

test('Whole numbers below 2^32 come back as such whatever their width', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 0xffff_ffff })), fc.boolean(), (values, differences) => {
      expect([...unpackedUints(unpackColumn(packColumn(values, differences)))]).toEqual(values)
    }),
  )
})
