import type { Database } from 'better-sqlite3'
import type { LaneClock } from './lane-clock.ts'

/** A lane as it is kept. Instants are milliseconds since 1970. */
export interface LaneRow extends LaneClock {
  readonly id: number
  readonly project: number
  readonly lane: string
  /** How far its numbers are believed. */
  highest: number
  /** Numbers that are known, and lie beyond `highest`. */
  far: number
  stored: number
  duplicates: number
  rejected: number
  /** How many numbers its sender told it gave up, believed or not. */
  dropped: number
  /** The last number that its sender told it gave out; 0 if it told none. */
  told_last: number
  /** Numbers up to `highest` that are neither known nor covered by what was told as dropped. */
  missing: number
  /** When the first and the last of its events came. */
  first_seen: number
  last_seen: number
  /** Events that its sender holds, by its last word, which it gave at `heard_at`. */
  waiting: number
  heard_at: number | null
}

export interface FoundLane {
  readonly row: LaneRow
  /** It is in the file once it is saved. */
  readonly isNew: boolean
}

export interface LaneRows {
  /** Made if there is none. */
  find(project: number, lane: string): FoundLane
  save(lane: FoundLane): void
}

const FIXED = ['id', 'project', 'lane'] as const
const CHANGING = [
  'highest',
  'far',
  'stored',
  'duplicates',
  'rejected',
  'dropped',
  'told_last',
  'missing',
  'first_seen',
  'last_seen',
  'waiting',
  'heard_at',
  'clock_offset',
  'clock_seq',
  'clock_original',
  'clock_kept',
] as const
const COLUMNS = [...FIXED, ...CHANGING]

const UNSEEN = {
  highest: 0,
  far: 0,
  stored: 0,
  duplicates: 0,
  rejected: 0,
  dropped: 0,
  told_last: 0,
  missing: 0,
  first_seen: Infinity,
  last_seen: 0,
  waiting: 0,
  heard_at: null,
  clock_offset: null,
  clock_seq: null,
  clock_original: null,
  clock_kept: null,
}

/** For one transaction: ids of new lanes are given out in memory. */
export function createLaneRows(db: Database): () => LaneRows {
  const select = db.prepare<[number, string], LaneRow>(
    `SELECT ${COLUMNS.join(', ')} FROM lane WHERE project = ? AND lane = ?`,
  )
  const highestId = db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM lane').pluck()
  const insert = db.prepare<(number | string | null)[]>(
    `INSERT INTO lane (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  )
  const update = db.prepare<(number | string | null)[]>(
    `UPDATE lane SET ${CHANGING.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
  )

  return () => {
    let last: number | undefined
    return {
      find(project, lane) {
        const row = select.get(project, lane)
        if (row !== undefined) return { row, isNew: false }
        last = (last ?? highestId.get() ?? 0) + 1
        return { row: { ...UNSEEN, id: last, project, lane }, isNew: true }
      },
      save({ row, isNew }) {
        if (isNew) insert.run(...COLUMNS.map((column) => row[column]))
        else update.run(...CHANGING.map((column) => row[column]), row.id)
      },
    }
  }
}
