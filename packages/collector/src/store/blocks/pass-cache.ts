import { createLruCache, type LruCache, type Sized } from './lru-cache.ts'

/**
 * A cache for passes over what may be more than fits. What a pass used stays until another pass wants its room: whoever goes
 * through too much again and again finds as much as fits, where a cache that keeps what was used last would find nothing.
 */
export interface PassCache extends LruCache {
  /** Begins a pass: what earlier ones used may make room for what it reads. */
  beginPass(): void
}

interface Kept extends Sized<unknown> {
  pass: number
}

/** Share of the bounds for what a pass reads when all else is in use: it may ask for it again soon. */
const PASSING_SHARE = 1 / 8

export function createPassCache(maxBytes: number): PassCache {
  const passing = createLruCache(maxBytes * PASSING_SHARE)
  const room = maxBytes * (1 - PASSING_SHARE)
  /** In the order of the passes that used them last. */
  const kept = new Map<number, Kept>()
  let keptBytes = 0
  let pass = 0

  function makeRoom(bytes: number): void {
    for (const [key, oldest] of kept) {
      if (keptBytes + bytes <= room || oldest.pass === pass) return
      kept.delete(key)
      keptBytes -= oldest.bytes
    }
  }

  return {
    beginPass() {
      pass += 1
    },
    get<T>(key: number, read: () => Sized<T>) {
      const found = kept.get(key)
      if (found !== undefined) {
        if (found.pass !== pass) {
          found.pass = pass
          kept.delete(key)
          kept.set(key, found)
        }
        return found.value as T
      }
      const sized = passing.get(key, () => {
        const value = read()
        return { value, bytes: value.bytes }
      })
      makeRoom(sized.bytes)
      if (keptBytes + sized.bytes <= room) {
        kept.set(key, { ...sized, pass })
        keptBytes += sized.bytes
      }
      return sized.value
    },
    peek: (key) => (kept.get(key) ?? (passing.peek(key) as Sized<unknown> | undefined))?.value,
  }
}
