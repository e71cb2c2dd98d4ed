/** The part of the Web Locks API that is used (W3C Web Locks). */
export interface Locks {
  request(
    name: string,
    options: { ifAvailable?: boolean; signal?: AbortSignal },
    hold: (lock: unknown) => Promise<unknown> | undefined,
  ): Promise<unknown>
}

/** Tells living tabs from dead ones: a tab holds a lock on every lane that it sends for. */
export interface TabLock {
  /**
   * Holds the lane from now on, waiting for it if need be; with `taken` only if nobody holds it, and then runs that.
   * Without Web Locks every lane counts as free.
   */
  hold(lane: string, taken?: () => void): void
  /**
   * Lets all lanes go, also those that are still waited for. To be called when the page goes: the next page then sends
   * what it left, and a page in Chromium's back/forward cache is thrown out of it when somebody asks for a lock it has.
   */
  release(): void
}

/**
 * `locks` is missing in insecure contexts. Two tabs may then send the same events: the collector knows them by their
 * keys and stores them once.
 */
export function createTabLock(locks: Locks | undefined, prefix: string): TabLock {
  let leaving = new AbortController()
  return {
    hold(lane, taken) {
      const { signal } = leaving
      const held = (lock: unknown) => {
        if (!lock) return undefined
        taken?.()
        return new Promise((release) => signal.addEventListener('abort', release))
      }
      // Refused (an opaque origin, a document that is going away): as if there were no locks.
      if (locks) locks.request(prefix + lane, taken ? { ifAvailable: true } : { signal }, held).catch(() => taken?.())
      else taken?.()
    },
    release() {
      leaving.abort()
      leaving = new AbortController()
    },
  }
}
