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
  /** Holds the lane from now on, waiting for it if need be. */
  hold(lane: string): void
  /** Holds the lane if nobody does, and then runs `taken`. Without Web Locks every lane counts as free. */
  tryHold(lane: string, taken: () => void): void
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
  const request = (lane: string, options: Parameters<Locks['request']>[1], taken: () => void) => {
    const { signal } = leaving
    const granted = (lock: unknown) => {
      if (!lock) return undefined
      taken()
      return new Promise((release) => signal.addEventListener('abort', release))
    }
    // Refused (an opaque origin, a document that is going away): as if there were no locks.
    if (locks) locks.request(prefix + lane, options, granted).catch(taken)
    else taken()
  }
  return {
    hold: (lane) => request(lane, { signal: leaving.signal }, () => undefined),
    tryHold: (lane, taken) => request(lane, { ifAvailable: true }, taken),
    release() {
      leaving.abort()
      leaving = new AbortController()
    },
  }
}
