/** Half of the bound after the first failure. */
const HALF_BASE_MS = 250
const CAP_MS = 60_000

/**
 * Milliseconds to wait after the `failures`th failure in a row (1 = the first).
 * Grows from twice {@link HALF_BASE_MS} to {@link CAP_MS} with full jitter above a floor of a tenth, so that a crowd spreads out
 * and nobody hammers (AWS Architecture Blog, "Exponential Backoff and Jitter").
 * `afterMs`, the collector's own word, is kept to the millisecond and a little more, never less; 0 (or a date that is
 * past by the clock here) asks for nothing, and must not undo the growth.
 */
export function backoffMs(failures: number, random: () => number, afterMs?: number): number {
  if (afterMs) return afterMs + 10 + random() * 250
  return Math.min(CAP_MS, HALF_BASE_MS * 2 ** failures) * (0.1 + 0.9 * random())
}
