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

/** The sum that proves the promise: captured = stored + rejected + dropped + missing. */
export interface Books {
  readonly captured: number
  readonly stored: number
  /** Of the stored ones, how many were deleted since: by retention, a prune or the erasure of a user. */
  readonly deleted: number
  readonly duplicatesPrevented: number
  readonly rejectedByReason: Readonly<Record<string, number>>
  readonly droppedByReason: Readonly<Record<string, number>>
  readonly missing: number
}

export interface Analytics {
  /**
   * Counts a selection in one consistent look. `edgesMs` ascends from `fromMs` to `toMs`: bucket edges are the
   * caller's, in whatever time zone it likes.
   */
  series(selection: EventSelection, edgesMs: readonly number[]): Promise<Series>
  books(projectId: string): Promise<Books>
}
