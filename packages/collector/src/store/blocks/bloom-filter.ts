import type { ClaimKey } from './claim-key.ts'

const PROBES = 4
const MIN_BITS = 64

/** At 12 bits a key one of 160 keys that are not there seems to be; the next power of two makes it fewer. */
const BITS_A_KEY = 12

/** Bytes of an empty filter for so many keys: a power of two. */
export function newBloomFilter(keys: number): Uint8Array {
  const bits = Math.max(MIN_BITS, 2 ** Math.ceil(Math.log2(Math.max(1, BITS_A_KEY * keys))))
  return new Uint8Array(bits / 8)
}

export function addToBloomFilter(filter: Uint8Array, { a, b, c }: ClaimKey): void {
  const mask = 8 * filter.length - 1
  for (let i = 0; i < PROBES; i++) {
    const bit = probe(a, b, c, i) & mask
    filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7))
  }
}

/** `false`: the key is certainly not there. */
export function mayHold(filter: Uint8Array, { a, b, c }: ClaimKey): boolean {
  const mask = 8 * filter.length - 1
  for (let i = 0; i < PROBES; i++) {
    const bit = probe(a, b, c, i) & mask
    if (((filter[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false
  }
  return true
}

function probe(a: number, b: number, c: number, i: number): number {
  return (a + Math.imul(i, b | 1) + Math.imul(c, i * i)) >>> 0
}
