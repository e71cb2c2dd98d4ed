import type { ProjectRows, Segment } from './segment.ts'

/** A project's part of one segment, with what erasures hide of it. */
export interface View extends ProjectRows {
  readonly project: number
  readonly segment: Segment
  /** Rows with an earlier time are hidden; `-Infinity` for none. */
  readonly hiddenBefore: number
  /** Places of users whose rows are hidden. */
  readonly hiddenUsers: ReadonlySet<number>
}

/** What one read transaction shows. To be used before it ends. */
export interface Snapshot {
  /** Grows when segments or erasures change. */
  readonly layout: number
  /** Number of the last event that it shows, hidden or not; 0 for none. */
  readonly lastNumber: number
  /** In the order of their numbers; only segments where the project has rows. */
  views(project: number): readonly View[]
  /** Text of a lane, by its row. */
  laneText(lane: number): string
}
