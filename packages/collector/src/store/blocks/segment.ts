import type { TimeBounds } from './time-bounds.ts'

/**
 * Events in columns. A row is a place in the order by (project, name, time, number). None has a time out of its bounds: where that
 * decides, times need not be read.
 */
export interface Segment extends TimeBounds {
  /** Of one of the file: it has the same rows and users for ever. `undefined` for one in memory. */
  readonly id: number | undefined
  /** Event numbers that it covers, both in. */
  readonly first: number
  readonly last: number
  readonly rows: number
  /** A column is read when it is first asked for, and may be read again: callers keep none beyond their query. */
  column<K extends keyof Columns>(kind: K): Columns[K]
  /** What is not in columns, for some rows, in their order. */
  content(rows: readonly number[]): readonly EventContent[]
}

export interface Columns {
  readonly directory: Directory
  readonly times: Times
  readonly users: UserColumn
  /** `false`: no row is of that user. Small where `users` is large. */
  readonly mayHaveUser: (project: number, text: string) => boolean
  readonly pages: PageColumn
  /** Number of each row's event, less the segment's `first`. */
  readonly numbers: Uint32Array
  /** Rows by (project, time, number), without drop reports; each project has its range of places. */
  readonly timeOrder: Uint32Array
  readonly userOrder: UserOrder
}

/** Which rows are whose. By row of the project. */
export type Directory = ReadonlyMap<number, ProjectRows>

/** A project's rows, name by name: those of `names[i]` are `starts[i]` to `starts[i + 1]`, the end not included. */
export interface ProjectRows {
  readonly names: readonly string[]
  readonly starts: readonly number[]
  /** Its places in `timeOrder`, the end not included. */
  readonly orderStart: number
  readonly orderEnd: number
}

/** Milliseconds since 1970 of a row: `base + offsets[row]`. They ascend within a name of a project. */
export interface Times {
  readonly base: number
  readonly offsets: Uint32Array | Float64Array
}

export interface UserColumn {
  /** Place of a row's user among the segment's users; 0 for none. */
  readonly places: Uint8Array | Uint16Array | Uint32Array
  /** Ids by place: the same user has the same id in all segments of a snapshot, and no two users share one. */
  readonly ids: Uint32Array
  readonly largestId: number
  /** The user's text, by place. */
  text(place: number): string
  /** Place of a user, or 0. */
  find(project: number, text: string): number
  /** Rows of the user at a place, in their order. Shared: nobody may change them. */
  rowsOf(place: number): Uint32Array
}

export interface PageColumn {
  /** Place of a row's page among the segment's pages; 0 for none. */
  readonly places: Uint8Array | Uint16Array | Uint32Array
  /** JSON texts by place; '' for none. */
  readonly texts: readonly string[]
}

/** Rows by (user, time, number), without drop reports: those of a user are `starts[place]` to `starts[place + 1]`. */
export interface UserOrder {
  readonly rows: Uint32Array
  readonly starts: Uint32Array
}

export interface EventContent {
  readonly receivedAtMs: number
  /** The time that the sender gave, where it was corrected. */
  readonly originalTimestampMs: number | null
  /** Row of the lane and the number in it; 0 outside a lane. */
  readonly lane: number
  readonly seq: number
  /** Outside a lane: the event's id, and its key, if it has one. */
  readonly eventId: Uint8Array | null
  readonly key: string | null
  /** JSON text, as it was stored. */
  readonly metadata: string
}
