import type { RandomBytes } from './uuid.ts'

const DRAWN_BYTES = 4_096

/** Draws many bytes at a time, since a draw costs the same for ten as for thousands. Each byte is given once. */
export function drawInAdvance(randomBytes: RandomBytes): RandomBytes {
  let drawn: Uint8Array = new Uint8Array(0)
  let given = 0
  return (size) => {
    if (given + size > drawn.length) {
      drawn = randomBytes(Math.max(size, DRAWN_BYTES))
      given = 0
    }
    given += size
    return drawn.subarray(given - size, given)
  }
}
