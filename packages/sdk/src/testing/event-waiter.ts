/** Lets a test wait for events without sleeping. */
export interface EventWaiter {
  /** To be called whenever events may have come. */
  changed(): void
  /** Resolves with what `find` finds once it finds `count`; rejects with `failure()` after `timeoutMs`. */
  waitFor<Found>(
    find: () => readonly Found[],
    count: number,
    timeoutMs: number,
    failure: () => string,
  ): Promise<readonly Found[]>
}

/** `startTimer` runs a function once after so many milliseconds, and returns what stops it. */
export function createEventWaiter(startTimer: (run: () => void, delayMs: number) => () => void): EventWaiter {
  const waiting = new Set<() => void>()
  return {
    changed() {
      for (const look of waiting) look()
    },
    waitFor: (find, count, timeoutMs, failure) =>
      new Promise((resolve, reject) => {
        const stopTimer = startTimer(() => {
          waiting.delete(look)
          reject(new Error(failure()))
        }, timeoutMs)
        const look = () => {
          const found = find()
          if (found.length < count) return
          stopTimer()
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}
