import type { ClaimKey } from './claim-key.ts'
import { KEY_BATCH_WORDS } from './key-batch.ts'

const PROBES = 8
const OLD_PROBES = 4
const MIN_BITS = 64

/** Where the words of a probe stand in a batch. */
const OLD_WORDS = [1, 2, 3] as const
const WORDS = [3, 1, 2] as const

/** At 12 bits a key one of 320 keys that are not there seems to be; the next power of two makes it fewer, mostly one of 1,700. */
const BITS_A_KEY = 12

/** Tells of most keys that they are not there. */
export interface BloomFilter {
  /** So many that their bits are a power of two. */
  readonly bytes: Uint8Array
  /** A program of tables up to version 10 made it: with fewer probes, which begin with the word of a key that chance decides least. */
  readonly isOld: boolean
}

/** An empty filter for so many keys. */
export function newBloomFilter(keys: number): BloomFilter {
  const bits = Math.max(MIN_BITS, 2 ** Math.ceil(Math.log2(Math.max(1, BITS_A_KEY * keys))))
  return { bytes: new Uint8Array(bits / 8), isOld: false }
}

export function addToBloomFilter({ bytes, isOld }: BloomFilter, key: ClaimKey): void {
  const mask = 8 * bytes.length - 1
  for (let i = 0; i < probesOf(isOld); i++) {
    const bit = probeKey(isOld, key, i) & mask
    bytes[bit >>> 3] = (bytes[bit >>> 3] as number) | (1 << (bit & 7))
  }
}

/** `false`: the key is certainly not there. */
export function mayHold({ bytes, isOld }: BloomFilter, key: ClaimKey): boolean {
  const mask = 8 * bytes.length - 1
  for (let i = 0; i < probesOf(isOld); i++) {
    const bit = probeKey(isOld, key, i) & mask
    if (((bytes[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false
  }
  return true
}

/**
 * Puts the places of those keys of a batch that may be there into `places`, in their order, and returns how many they are. `words` are
 * those of the batch. It goes probe by probe, without a branch on what it reads: so a processor reads for many keys at a time.
 */
export function findPossible({ bytes, isOld }: BloomFilter, words: Uint32Array, count: number, places: Uint32Array) {
  const mask = 8 * bytes.length - 1
  const [x, y, z] = isOld ? OLD_WORDS : WORDS
  let left = 0
  // The first probe, by far the most of them, is a word alone.
  for (let place = 0, at = x; place < count; place++, at += KEY_BATCH_WORDS) {
    const bit = (words[at] as number) & mask
    places[left] = place
    left += ((bytes[bit >>> 3] as number) >>> (bit & 7)) & 1
  }
  for (let i = 1; i < probesOf(isOld); i++) {
    let kept = 0
    for (let p = 0; p < left; p++) {
      const place = places[p] as number
      const at = place * KEY_BATCH_WORDS
      const bit = probe(words[at + x] as number, words[at + y] as number, words[at + z] as number, i) & mask
      places[kept] = place
      kept += ((bytes[bit >>> 3] as number) >>> (bit & 7)) & 1
    }
    left = kept
  }
  return left
}

function probesOf(isOld: boolean): number {
  return isOld ? OLD_PROBES : PROBES
}

function probeKey(isOld: boolean, { a, b, c }: ClaimKey, i: number): number {
  return isOld ? probe(a, b, c, i) : probe(c, a, b, i)
}

function probe(x: number, y: number, z: number, i: number): number {
  return (x + Math.imul(i, y | 1) + Math.imul(z, i * i)) >>> 0
}
