const PAGE_BITS = 4_096

/** Sets of whole numbers, one for each key, that take a bit a number where numbers are dense. */
export interface NumberSets {
  /** `false` when the set of that key had it already. */
  add(key: number, number: number): boolean
}

export function createNumberSets(): NumberSets {
  const sets = new Map<number, Map<number, Uint8Array>>()
  return {
    add(key, number) {
      const pages = sets.get(key) ?? new Map<number, Uint8Array>()
      sets.set(key, pages)
      const at = Math.floor(number / PAGE_BITS)
      const page = pages.get(at) ?? new Uint8Array(PAGE_BITS / 8)
      pages.set(at, page)
      const bit = number % PAGE_BITS
      const [byte, mask] = [page[bit >>> 3] as number, 1 << (bit & 7)]
      page[bit >>> 3] = byte | mask
      return (byte & mask) === 0
    },
  }
}
