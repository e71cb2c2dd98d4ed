/** Dense whole numbers, a bit each: a segment's users fit into the nearest cache of a processor. */
export interface BitSet {
  add(number: number): void
  delete(number: number): void
  /** In ascending order. */
  forEach(run: (number: number) => void): void
  size(): number
}

/** It grows with larger numbers than the one that is expected. */
export function createBitSet(expected: number): BitSet {
  let words = new Uint32Array((expected >>> 5) + 1)
  return {
    add(number) {
      const word = number >>> 5
      if (word >= words.length) {
        const grown = new Uint32Array(2 * word)
        grown.set(words)
        words = grown
      }
      words[word]! |= 1 << (number & 31)
    },
    delete(number) {
      if (number >>> 5 < words.length) words[number >>> 5]! &= ~(1 << (number & 31))
    },
    forEach(run) {
      for (let i = 0; i < words.length; i++) {
        for (let left = words[i] as number; left !== 0; left &= left - 1) run(32 * i + 31 - Math.clz32(left & -left))
      }
    },
    size: () => words.reduce((sum, word) => sum + bitsOf(word), 0),
  }
}

/** Adds neighbouring bits up, then pairs of them, fours and bytes. */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555)
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
