/** A half-open window of instants, in milliseconds since 1970. It takes in the lanes that were active in any hour of it. */
export interface BooksWindow {
  readonly fromMs: number
  readonly toMs: number
}

/** The sum that proves the promise: captured = stored + rejected + dropped + missing. */
export interface Books {
  readonly lanes: number
  readonly captured: number
  readonly stored: number
  /** Of the stored ones, how many were deleted since: by retention, a prune or the erasure of a user. In no window. */
  readonly deleted: number
  readonly duplicatesPrevented: number
  readonly rejectedByReason: Readonly<Record<string, number>>
  readonly droppedByReason: Readonly<Record<string, number>>
  /** Events that senders hold, by the last word of each. */
  readonly waiting: number
  readonly missing: number
}

/** How much of what lanes captured is stored; events outside of lanes are left out. */
export interface LanesStored {
  readonly captured: number
  readonly stored: number
}

/** Numbers of a lane, both ends included. */
export interface Gap {
  readonly first: number
  readonly last: number
}

/** A lane with events missing. Instants are milliseconds since 1970. */
export interface GappedLane extends Omit<Books, 'lanes' | 'deleted' | 'rejectedByReason' | 'droppedByReason'> {
  readonly lane: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
  readonly rejected: number
  readonly dropped: number
  /** Numbers that are not known, ascending: the missing ones, and those that were dropped. The first of them. */
  readonly gaps: readonly Gap[]
  readonly hasMoreGaps: boolean
}

export interface GappedLanesPage {
  readonly window?: BooksWindow
  /** Only lanes that are older than this one. */
  readonly after?: string
  readonly limit: number
}

/** Reads what the ledger booked. */
export interface BookReader {
  books(projectId: string, window?: BooksWindow): Promise<Books>
  lanesStored(projectId: string, window: BooksWindow): Promise<LanesStored>
  /** Newest lane first. */
  gappedLanes(projectId: string, page: GappedLanesPage): Promise<readonly GappedLane[]>
  /** Of all projects together; reasons are left out. */
  total(): Promise<
    Omit<Books, 'rejectedByReason' | 'droppedByReason'> & { readonly rejected: number; readonly dropped: number }
  >
}
