/** The first and the last of some instants, in milliseconds since 1970. */
export interface TimeBounds {
  readonly minMs: number
  readonly maxMs: number
}

/** Of at least one. */
export function boundsOf(times: Float64Array): TimeBounds {
  let minMs = Infinity
  let maxMs = -Infinity
  for (let i = 0; i < times.length; i++) {
    minMs = Math.min(minMs, times[i] as number)
    maxMs = Math.max(maxMs, times[i] as number)
  }
  return { minMs, maxMs }
}
