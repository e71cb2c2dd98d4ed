import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPassCache, type PassCache } from '../../src/store/blocks/pass-cache.ts'

const SIZE = 10

/** Passes over keys; returns how many of them were read. */
function goOver(cache: PassCache, keys: readonly number[]): number {
  let reads = 0
  cache.beginPass()
  for (const key of keys) {
    const before = reads
    const atHand = cache.peek(key)
    const value = cache.get(key, () => {
      reads += 1
      return { value: `v${key}`, bytes: SIZE }
    })
    expect(value).toBe(`v${key}`)
    expect(atHand).toBe(reads === before ? value : undefined)
  }
  return reads
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('Of passes over more than fits, each finds what fits', () => {
  const cache = createPassCache(80 * SIZE)
  expect(goOver(cache, range(0, 100))).toBe(100)
  // Seven eighths are for what stays.
  for (let i = 0; i < 5; i++) expect(goOver(cache, range(0, 100))).toBeLessThanOrEqual(30)
})

test('What fits is read once, and makes room for what another pass reads', () => {
  const cache = createPassCache(80 * SIZE)
  expect(goOver(cache, range(0, 60))).toBe(60)
  expect(goOver(cache, range(0, 60))).toBe(0)
  expect(goOver(cache, range(100, 160))).toBe(60)
  expect(goOver(cache, range(100, 160))).toBe(0)
  expect(goOver(cache, range(0, 60))).toBeGreaterThan(40)
})

test('What a pass asks for again at once is not read again, though all room is in use', () => {
  const cache = createPassCache(80 * SIZE)
  const twice = range(0, 100).flatMap((key) => [key, key, key])
  expect(goOver(cache, twice)).toBe(100)
  expect(goOver(cache, twice)).toBeLessThanOrEqual(30)
})

test('A value is that of its key, whatever was asked for before', () => {
  const anyPasses = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }), { maxLength: 20 })
  fc.assert(
    fc.property(anyPasses, fc.integer({ min: 0, max: 400 }), (passes, bytes) => {
      const cache = createPassCache(bytes)
      for (const keys of passes) goOver(cache, keys)
    }),
  )
})
