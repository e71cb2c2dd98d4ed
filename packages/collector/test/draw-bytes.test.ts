import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawInAdvance } from '../src/id/draw-bytes.ts'

test('Of bytes drawn in advance each is given once', () => {
  const draw = drawInAdvance((size) => new Uint8Array(size))
  const givenTo = new Map<ArrayBufferLike, number>()
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), (size) => {
      const { buffer, byteOffset, length } = draw(size)
      expect(length).toBe(size)
      expect(byteOffset).toBeGreaterThanOrEqual(givenTo.get(buffer) ?? 0)
      givenTo.set(buffer, byteOffset + length)
    }),
  )
})
