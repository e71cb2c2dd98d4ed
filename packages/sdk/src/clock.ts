/** Time as the tracker sees it: what the option `clock` takes. */
export interface Clock {
  /** Wall clock in whole milliseconds since 1970 UTC; stamps events and requests. It may jump: nothing is timed with it. */
  now(): number
  /**
   * Runs `run` once after `delayMs` and returns a function that stops it.
   * A timer keeps a Node process alive only if `keepsAlive` is true.
   */
  startTimer(run: () => void, delayMs: number, keepsAlive?: boolean): () => void
}
