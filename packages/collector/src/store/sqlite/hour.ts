export const HOUR_MS = 3_600_000

/** The hour since 1970 that an instant (milliseconds since 1970) is in. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS)
}
