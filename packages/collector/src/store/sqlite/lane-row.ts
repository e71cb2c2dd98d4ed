import type { Database } from 'better-sqlite3'

/** A lane as it is kept. Instants are milliseconds since 1970. */
export interface LaneRow {
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
  /** Numbers that its sender told it gave up. */
  dropped: number
  /** Numbers up to `highest` that are neither known nor covered by what was told as dropped. */
  missing: number
  /** When the first and the last of its events came. */
  first_seen: number
  last_seen: number
}

export interface FoundLane {
  readonly row: LaneRow
  /** It is in the file once it is saved. */
  readonly isNew: boolean
}

export interface LaneRows {
  /** Made if there is none. */
  find(project: number, lane: string): FoundLane
  save(row: LaneRow): void
}

const COLUMNS = 'id project lane highest far stored duplicates rejected dropped missing first_seen last_seen'.split(' ')
const NEVER_CHANGED = 3

/** For one transaction: ids of new lanes are given out in memory. */
export function createLaneRows(db: Database): () => LaneRows {
  const select = db.prepare<[number, string], LaneRow>(
    `SELECT ${COLUMNS.join(', ')} FROM lane WHERE project = ? AND lane = ?`,
  )
  const highestId = db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM lane').pluck()
  const save = db.prepare<[LaneRow]>(
    `INSERT INTO lane (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((column) => `@${column}`).join(', ')})
     ON CONFLICT (id) DO UPDATE SET
       ${COLUMNS.slice(NEVER_CHANGED)
         .map((column) => `${column} = excluded.${column}`)
         .join(', ')}`,
  )
  const counters = { highest: 0, far: 0, stored: 0, duplicates: 0, rejected: 0, dropped: 0, missing: 0 }

  return () => {
    let last: number | undefined
    return {
      find(project, lane) {
        const row = select.get(project, lane)
        if (row !== undefined) return { row, isNew: false }
        last = (last ?? highestId.get() ?? 0) + 1
        return { row: { id: last, project, lane, ...counters, first_seen: Infinity, last_seen: 0 }, isNew: true }
      },
      save: (row) => void save.run(row),
    }
  }
}
