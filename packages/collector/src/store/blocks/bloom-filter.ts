import type { ClaimKey } from './claim-key.ts'
import { KEY_BATCH_WORDS } from './key-batch.ts'

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

/**
 * Keeps of the first `count` places those whose keys may be there, in their order, and returns how many they are. `words` are
 * those of a batch of keys. It goes probe by probe, without a branch on what it reads: so a processor reads for many keys at a time.
 */
export function narrowToPossible(filter: Uint8Array, words: Uint32Array, places: Uint32Array, count: number): number {
  const mask = 8 * filter.length - 1
  let left = count
  for (let i = 0; i < PROBES; i++) {
    let kept = 0
    for (let p = 0; p < left; p++) {
      const place = places[p] as number
      const at = place * KEY_BATCH_WORDS
      const bit = probe(words[at + 1] as number, words[at + 2] as number, words[at + 3] as number, i) & mask
      places[kept] = place
      kept += ((filter[bit >>> 3] as number) >>> (bit & 7)) & 1
    }
    left = kept
  }
  return left
}

function probe(a: number, b: number, c: number, i: number): number {
  return (a + Math.imul(i, b | 1) + Math.imul(c, i * i)) >>> 0
}
