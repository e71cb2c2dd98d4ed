import type { Clock } from '../clock.ts'

/** The wait after a failed attempt. Held by a timer, not by comparing times: the wall clock may jump. */
export interface Pause {
  active(): boolean
  /** Waits `delayMs`, then runs `then`. `ordered`: the collector asked for it (`Retry-After`). */
  begin(delayMs: number, ordered: boolean, then: () => void): void
  /** Ends a wait that nobody ordered; returns whether there was one. */
  cutShort(): boolean
  /** Ends any wait for good. */
  stop(): void
}

export function createPause(clock: Clock): Pause {
  let stopTimer: (() => void) | undefined
  let isOrdered = false
  const stop = () => {
    stopTimer?.()
    stopTimer = undefined
  }
  return {
    active: () => stopTimer !== undefined,
    begin(delayMs, ordered, then) {
      // Parallel attempts at a page's exit may fail one after another; an order outlives what comes after it.
      if (isOrdered && stopTimer !== undefined && !ordered) return
      stop()
      isOrdered = ordered
      stopTimer = clock.startTimer(() => {
        stopTimer = undefined
        then()
      }, delayMs)
    },
    cutShort() {
      const cut = stopTimer !== undefined && !isOrdered
      if (cut) stop()
      return cut
    },
    stop,
  }
}
