/** Deletes events. What is deleted is gone from every answer at once, and from the file some time later. */
export interface Eraser {
  /**
   * Deletes events whose timestamp is before an instant, what came of their deliveries, and other deliveries that ended
   * before it. A delivery that still waits goes on. Releases the keys of events outside a lane. Resolves with how many
   * events were deleted.
   */
  eraseBefore(projectId: string, beforeMs: number): Promise<number>
  /**
   * Deletes all that is stored of a user now, deliveries that wait included. Keeps their keys, as hashes and lane
   * numbers, so that a late repeat does not bring the user back. Resolves with how many events were deleted.
   */
  eraseUser(projectId: string, userId: string): Promise<number>
  /**
   * Does one bounded piece of what deleting leaves to do: takes what was deleted out of the file, and gives free pages back to
   * the file system. Whether there may be more. Between two pieces whoever waits to write has its turn.
   */
  reclaim(): Promise<boolean>
}

/** Longest retention, in days; beyond it, for ever is meant. */
export const MAX_RETENTION_DAYS = 99_999

/** How long projects keep their events. */
export interface Retention {
  /** Whole days from 1 to {@link MAX_RETENTION_DAYS}; `null` keeps them for ever. Whether there is such a project. */
  set(projectId: string, days: number | null): Promise<boolean>
  /** Oldest project first, those without a limit included. */
  list(): Promise<readonly RetentionRule[]>
}

export interface RetentionRule {
  readonly projectId: string
  readonly days: number | null
}
