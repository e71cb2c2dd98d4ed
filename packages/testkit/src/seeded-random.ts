/**
 * Numbers in [0, 1), always the same for the same `seed` (an integer; its low 32 bits count).
 * Whoever draws from it names the seed in the failure message, so that the run can be repeated.
 * Algorithm: mulberry32 by Tommy Ettinger, public domain.
 */
export function createRandom(seed: number): () => number {
  if (!Number.isInteger(seed)) throw new RangeError(`A seed must be an integer, got ${seed}`)
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
