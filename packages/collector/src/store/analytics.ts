/** Which events to count. Instants are milliseconds since 1970; the window is half-open. */
export interface EventSelection {
  readonly projectId: string
  /** All events if left out, except the SDK's own drop reports. */
  readonly eventName?: string
  readonly fromMs: number
  readonly toMs: number
}

interface Series {
  /** One count for each pair of neighbouring edges. */
  readonly counts: readonly number[]
  /** Distinct users among the events counted; those without a user are not counted. */
  readonly uniqueUsers: number
}

export interface Analytics {
  /**
   * Counts a selection in one consistent look. `edgesMs` ascends from `fromMs` to `toMs`: bucket edges are the
   * caller's, in whatever time zone it likes.
   */
  series(selection: EventSelection, edgesMs: readonly number[]): Promise<Series>
}
