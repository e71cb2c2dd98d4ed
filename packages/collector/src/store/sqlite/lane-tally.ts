import type { Database } from 'better-sqlite3'
import { hourOf } from './hour.ts'
import type { LaneRow } from './lane-row.ts'

/** What lanes, and events outside of them (`laneless`), add up to. */
export interface LaneFigures {
  readonly lanes: number
  readonly laneless: number
  readonly captured: number
  readonly stored: number
  readonly duplicates: number
  readonly rejected: number
  readonly dropped: number
  readonly missing: number
  readonly waiting: number
}

const FIGURES = [
  ...(['lanes', 'laneless', 'captured', 'stored', 'duplicates', 'rejected', 'dropped', 'missing'] as const),
  'waiting',
] as const satisfies readonly (keyof LaneFigures)[]

/** The SQL that sums figures up, under their own names. */
export const SUMS = FIGURES.map((figure) => `coalesce(sum(${figure}), 0) AS ${figure}`).join(', ')

const NONE = Object.fromEntries(FIGURES.map((figure) => [figure, 0])) as unknown as LaneFigures

/** Sums over the lanes of a project by the hours in which they were first and last seen. In memory until `save`. */
export interface LaneTally {
  /** Counts a lane as it is now, and no more as it was. */
  move(before: LaneRow | undefined, now: LaneRow): void
  /** Counts an event outside of lanes. */
  addLaneless(project: number, verdict: 'stored' | 'duplicate', arrivedAtMs: number): void
  save(): void
}

interface Cell {
  readonly project: number
  readonly last_hour: number
  readonly first_hour: number
  readonly figures: Record<keyof LaneFigures, number>
}

export function createLaneTally(db: Database): () => LaneTally {
  const upsert = db.prepare<[object]>(
    `INSERT INTO lane_tally (project, last_hour, first_hour, ${FIGURES.join(', ')})
     VALUES (@project, @last_hour, @first_hour, ${FIGURES.map((figure) => `@${figure}`).join(', ')})
     ON CONFLICT DO UPDATE SET ${FIGURES.map((figure) => `${figure} = ${figure} + excluded.${figure}`).join(', ')}`,
  )
  const removeEmpty = db.prepare<[object]>(
    `DELETE FROM lane_tally WHERE project = @project AND last_hour = @last_hour AND first_hour = @first_hour
     AND lanes = 0 AND laneless = 0 AND duplicates = 0`,
  )

  return () => {
    const cells = new Map<string, Cell>()
    let current: Cell | undefined

    function cellOf(project: number, firstMs: number, lastMs: number): Cell {
      const [first_hour, last_hour] = [hourOf(firstMs), hourOf(lastMs)]
      // Events of an hour come together: no need to look it up for each.
      if (current?.project === project && current.last_hour === last_hour && current.first_hour === first_hour) {
        return current
      }
      const name = `${project} ${last_hour} ${first_hour}`
      current = cells.get(name) ?? { project, last_hour, first_hour, figures: { ...NONE } }
      cells.set(name, current)
      return current
    }

    function add(row: LaneRow, sign: 1 | -1): void {
      const { figures } = cellOf(row.project, row.first_seen, row.last_seen)
      const own = figuresOf(row)
      for (const figure of FIGURES) figures[figure] += sign * own[figure]
    }

    return {
      move(before, now) {
        if (before !== undefined) add(before, -1)
        add(now, 1)
      },
      addLaneless(project, verdict, ms) {
        countLaneless(cellOf(project, ms, ms), verdict)
      },
      save() {
        for (const { figures, ...cell } of cells.values()) {
          if (FIGURES.every((figure) => figures[figure] === 0)) continue
          upsert.run({ ...cell, ...figures })
          if (figures.lanes < 0) removeEmpty.run(cell)
        }
      },
    }
  }
}

function countLaneless({ figures }: Cell, verdict: 'stored' | 'duplicate'): void {
  if (verdict === 'duplicate') {
    figures.duplicates += 1
    return
  }
  figures.laneless += 1
  figures.captured += 1
  figures.stored += 1
}

/** A number that was told as dropped and came after all is not counted as dropped. */
export function figuresOf(row: LaneRow): LaneFigures {
  const { highest, far, stored, rejected, missing, duplicates, waiting } = row
  const captured = highest + far
  const dropped = captured - stored - rejected - missing
  return { lanes: 1, laneless: 0, captured, stored, duplicates, rejected, dropped, missing, waiting }
}
