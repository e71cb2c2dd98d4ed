/** What one bounded piece of an erasure did. */
export interface ErasedPiece {
  /** Events deleted. */
  readonly events: number
  /** To be handed to the next call; `undefined` when the erasure is complete. */
  readonly next: number | undefined
}

/**
 * Deletes events a bounded piece at a time, each a transaction of its own of some milliseconds: between two of them
 * whoever waits to write has its turn. Counts, books and deliveries are right after every piece.
 */
export interface Eraser {
  /**
   * Deletes events whose timestamp is before an instant, what came of their deliveries, and other deliveries that ended
   * before it. A delivery that still waits goes on. Releases the keys of events outside a lane. Begins at 0.
   */
  eraseBefore(projectId: string, beforeMs: number, from: number): Promise<ErasedPiece>
  /**
   * Deletes all that is stored of a user now, deliveries that wait included. Keeps their keys, as hashes and lane
   * numbers, so that a late repeat does not bring the user back. Begins at 0.
   */
  eraseUser(projectId: string, userId: string, from: number): Promise<ErasedPiece>
  /** Gives some of the file's free pages back to the file system. Whether there are more. */
  shrink(): Promise<boolean>
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
