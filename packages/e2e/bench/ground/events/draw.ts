/** A whole number below 2^32 that is always the same for a place and a purpose: murmur3's finalizer, by Austin Appleby. */
export function draw(index: number, purpose: number): number {
  let mixed = Math.imul(index ^ Math.imul(purpose, 0x9e3779b1), 0x85ebca6b)
  mixed ^= mixed >>> 16
  mixed = Math.imul(mixed + purpose, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz012345'
const PAIRS = Array.from({ length: 1024 }, (_, i) => `${LETTERS[i >> 5]}${LETTERS[i & 31]}`)

/** Text of lower-case letters and figures, five bits a character. */
export function drawText(index: number, purpose: number, length: number): string {
  let text = ''
  for (let part = 0; text.length < length; part++) {
    const bits = draw(index, purpose * 1000 + part)
    text += `${PAIRS[bits & 1023]}${PAIRS[(bits >>> 10) & 1023]}${PAIRS[(bits >>> 20) & 1023]}`
  }
  return text.slice(0, length)
}
