import { expect, test } from 'vitest'
import { createRandom } from '../src/index.ts'

const draw = (seed: number, count: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, random)
}

test('the same seed draws the same numbers, another seed others', () => {
  expect(draw(42, 100)).toEqual(draw(42, 100))
  expect(draw(42, 100)).not.toEqual(draw(43, 100))
})

test('the numbers are those of mulberry32', () => {
  expect(draw(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
})

test('the numbers lie in [0, 1) and fill ten equal bins evenly', () => {
  const bins = Array.from({ length: 10 }, () => 0)
  for (const value of draw(7, 100_000)) bins[Math.floor(value * 10)]! += 1
  expect(bins).toHaveLength(10)
  for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})

test('a seed that is no integer is refused', () => {
  expect(() => createRandom(0.5)).toThrow('0.5')
})
