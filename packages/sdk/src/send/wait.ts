import type { Clock } from '../clock.ts'

/** What is waited for, from the least that may be cut short to the most. */
const NOTHING = 0
/** More events, so that they share a request. */
export const COMPANY = 1
/** The end of the call that captures: it does no network work. */
export const NEXT_TURN = 2
/** A better moment, after an attempt that failed. */
export const BACKOFF = 3
/** The time that the collector has named (`Retry-After`). */
export const ORDER = 4

/** The sender's one timer. Time is kept by it and not by comparing instants: the wall clock may jump. */
export interface Wait {
  /** What is waited for now. */
  level(): number
  /** Waits `delayMs`, unless something of the same level or a higher one is waited for already. */
  begin(level: number, delayMs: number): void
  /** Ends a wait of this level or a lower one. */
  cut(level: number): void
}

/** `then` is called when a wait is over, and not when it was cut. */
export function createWait(clock: Clock, then: () => void): Wait {
  let current = NOTHING
  let stopTimer: (() => void) | undefined
  return {
    level: () => current,
    begin(level, delayMs) {
      if (level <= current) return
      stopTimer?.()
      current = level
      stopTimer = clock.startTimer(() => {
        current = NOTHING
        then()
      }, delayMs)
    },
    cut(level) {
      if (level < current) return
      current = NOTHING
      stopTimer?.()
    },
  }
}
