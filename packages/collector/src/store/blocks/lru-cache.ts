/**
 * Keeps what was used last, within bounds that are its sum of bytes: at least what fits into half of them, and the last one always.
 * Keys mean the same for ever.
 */
export interface LruCache {
  get<T>(key: number, read: () => Sized<T>): T
  /** What is kept, if it is; that counts for no use. */
  peek(key: number): unknown
}

export interface Sized<T> {
  readonly value: T
  readonly bytes: number
}

/** In two generations: to order all by their last use would cost more than to read a small one again. */
export function createLruCache(maxBytes: number): LruCache {
  let young = new Map<number, Sized<unknown>>()
  let old: ReadonlyMap<number, Sized<unknown>> = new Map()
  let bytes = 0
  return {
    get<T>(key: number, read: () => Sized<T>) {
      const found = young.get(key) as Sized<T> | undefined
      if (found !== undefined) return found.value
      const entry = (old.get(key) as Sized<T> | undefined) ?? read()
      if (bytes + entry.bytes > maxBytes / 2) {
        old = young
        young = new Map()
        bytes = 0
      }
      young.set(key, entry)
      bytes += entry.bytes
      return entry.value
    },
    peek: (key) => (young.get(key) ?? old.get(key))?.value,
  }
}
