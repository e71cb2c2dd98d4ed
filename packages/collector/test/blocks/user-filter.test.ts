import { expect, test } from 'vitest'
import { mayHoldUser, userFilterOf } from '../../src/store/blocks/user-filter.ts'

/** Ids of a segment stand in order; 0 is for rows without a user. */
const every = (step: number, count: number) => Uint32Array.from({ length: count }, (_, i) => i * step)

test.each([
  ['none', 1, 1],
  ['two', 1, 3],
  ['one in eight', 8, 120_000],
  ['distances of a power of two', 4096, 60_000],
  ['all there are', 1, 131_072],
])('Every user of a segment passes its filter, and few others: %s', (_, step, count) => {
  const ids = every(step, count)
  const filter = userFilterOf(ids)
  expect(ids.every((id) => mayHoldUser(filter, id))).toBe(true)
  const others = Array.from({ length: 20_000 }, (_unused, i) => step * count + 7 * i + 1)
  const passing = others.filter((id) => mayHoldUser(filter, id)).length
  expect(passing / others.length).toBeLessThan(0.05)
  expect(filter.byteLength).toBeLessThanOrEqual(Math.max(4, 2 * ids.length))
})
