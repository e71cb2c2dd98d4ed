import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBodyArena } from '../../src/store/blocks/body-arena.ts'

const MB = 1024 * 1024

/** Bodies of a few bytes, of about a chunk, and of more than one. */
const anyLength = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 3 * MB, max: 9 * MB }))

test('Copies of bodies of any length keep what they hold, each where an array of doubles may begin', () => {
  fc.assert(
    fc.property(fc.array(anyLength, { maxLength: 12 }), (lengths) => {
      const arena = createBodyArena()
      const bodies = lengths.map((length, i) => Buffer.alloc(length, i + 1))
      const copies = bodies.map((body) => arena.copyOf(body))
      expect(copies.every((copy, i) => copy.equals(bodies[i] as Buffer))).toBe(true)
      expect(copies.map(({ byteOffset }) => byteOffset % 8)).toEqual(copies.map(() => 0))
      expect(copies.some(({ buffer }, i) => buffer === bodies[i]?.buffer)).toBe(false)
    }),
    { numRuns: 40 },
  )
})
