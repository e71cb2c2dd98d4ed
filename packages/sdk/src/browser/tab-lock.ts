/** The part of the Web Locks API that is used (W3C Web Locks). */
export interface Locks {
  request(name: string, options: { signal: AbortSignal }, taken: () => unknown): Promise<unknown>
}

/** Tells living tabs from dead ones: a tab holds a lock on its lane, and waits for those of others. */
export interface TabLock {
  /**
   * Calls `taken` once nobody else holds the lane: at once, or when its tab is closed or has crashed. The lane is held
   * until the promise that it returns, if it does, has settled; `left` is aborted when the page goes. Nothing happens
   * where the lane is held or waited for already. Without Web Locks every lane counts as free, once.
   */
  hold(lane: string, taken: (left: AbortSignal) => unknown): unknown
  /**
   * Lets all lanes go, also those that are still waited for. To be called when the page goes: others then send what it
   * left, and a page in Chromium's back/forward cache is thrown out of it when somebody asks for a lock it has.
   */
  release(): void
}

/**
 * `locks` is missing in insecure contexts. Two tabs may then send the same events: the collector knows them by their
 * keys and stores them once.
 */
export function createTabLock(locks: Locks | undefined, prefix: string): TabLock {
  const asked = new Set<string>()
  let leaving = new AbortController()
  return {
    hold(lane, taken) {
      if (asked.has(lane)) return
      asked.add(lane)
      const { signal } = leaving
      const run = () => taken(signal)
      if (!locks) return run()
      const done = locks.request(prefix + lane, { signal }, run)
      // Refused (an opaque origin, a document that is going away): as if there were no locks.
      return done.catch(() => signal.aborted || run()).then(() => asked.delete(lane))
    },
    release() {
      leaving.abort()
      leaving = new AbortController()
    },
  }
}
