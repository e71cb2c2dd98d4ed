import { createRandom } from '@truecount/testkit'
import { expect, test } from 'vitest'
import { backoffMs } from '../src/send/backoff.ts'

const SEED = 42
const FAILURES = [1, 2, 3, 5, 8, 13, 100, 2000]

function waits(failures: number, afterMs?: number): number[] {
  const random = createRandom(SEED)
  return Array.from({ length: 2000 }, () => backoffMs(failures, random, afterMs))
}

test.each(FAILURES)('after %i failures the wait grows, has a floor, and never passes a minute', (failures) => {
  const ceiling = Math.min(60_000, 500 * 2 ** (failures - 1))
  const drawn = waits(failures)
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(ceiling * 0.1)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(ceiling)
})

test('a crowd spreads out over the whole wait', () => {
  const drawn = waits(4)
  expect(Math.min(...drawn)).toBeLessThan(4000 * 0.15)
  expect(Math.max(...drawn)).toBeGreaterThan(4000 * 0.95)
  expect(new Set(drawn).size).toBeGreaterThan(1900)
})

test.each([1, 1000, 2000, 86_400_000])('an attempt is never made before a Retry-After of %i ms', (afterMs) => {
  for (const failures of FAILURES) {
    const drawn = waits(failures, afterMs)
    expect(Math.min(...drawn)).toBeGreaterThan(afterMs)
    expect(Math.max(...drawn)).toBeLessThan(afterMs + 1000)
  }
})

test('a Retry-After of nothing, or of a time that is past, does not stop the wait from growing', () => {
  expect(Math.min(...waits(8, 0))).toBeGreaterThanOrEqual(6000)
})
