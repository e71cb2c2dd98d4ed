/** What came of asking a limiter for units. */
export interface Lease {
  readonly granted: boolean
  /** Units left now. */
  readonly remaining: number
  /** How long until all units are back, if none is taken any more. */
  readonly resetMs: number
  /** How long until the same request can be granted; 0 when it was. */
  readonly waitMs: number
}

/** Grants at most so many units in any minute. */
export interface Limiter {
  /** Takes all `units` of a quota, or none. With 0 units it only tells what is left. */
  lease(quota: string, units: number, perMinute: number): Promise<Lease>
}
