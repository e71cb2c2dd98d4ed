import { type BloomFilter, findPossible } from './bloom-filter.ts'
import type { KeyBatch } from './key-batch.ts'

interface Filtered {
  /** `undefined` where it is not known. */
  readonly filter: BloomFilter | undefined
}

/**
 * Asks filters for all keys of a batch: by place in the batch, 0: the key is certainly in none of what they are of. The answer is
 * good until the next.
 */
export function createPossibleKeys(): (all: readonly Filtered[], batch: KeyBatch) => Uint8Array {
  let found: Uint8Array = new Uint8Array(0)
  let places = new Uint32Array(0)
  return (all, { words, length }) => {
    if (length > found.length) {
      found = new Uint8Array(2 * length)
      places = new Uint32Array(2 * length)
    }
    found.fill(0, 0, length)
    for (const { filter } of all) {
      if (filter === undefined) return found.fill(1, 0, length)
      const left = findPossible(filter, words, length, places)
      for (let i = 0; i < left; i++) found[places[i] as number] = 1
    }
    return found
  }
}
