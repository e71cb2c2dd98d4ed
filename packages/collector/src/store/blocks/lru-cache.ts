/** Keeps what was used last, within bounds that are its sum of bytes; the last one always. Keys mean the same for ever. */
export interface LruCache {
  get<T>(key: number, read: () => Sized<T>): T
}

export interface Sized<T> {
  readonly value: T
  readonly bytes: number
}

export function createLruCache(maxBytes: number): LruCache {
  const entries = new Map<number, Sized<unknown>>()
  let bytes = 0
  return {
    get<T>(key: number, read: () => Sized<T>) {
      const found = entries.get(key) as Sized<T> | undefined
      const entry = found ?? read()
      if (found === undefined) bytes += entry.bytes
      else entries.delete(key)
      entries.set(key, entry)
      for (const [oldest, { bytes: freed }] of entries) {
        if (bytes <= maxBytes || oldest === key) break
        entries.delete(oldest)
        bytes -= freed
      }
      return entry.value
    },
  }
}
