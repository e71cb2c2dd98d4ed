import type { Database } from 'better-sqlite3'
import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import { createNumberSets } from './number-sets.ts'
import type { Segment } from './segment.ts'
import type { StoredRows } from './stored-rows.ts'

/** Looks at all events of a file, in the order of their numbers, and counts what contradicts what must hold. */
export interface RowCheck {
  readonly check: string
  look(stored: StoredRows): void
  /** How many contradictions there were. */
  wrong(): number
}

/** The rows that are not hidden. */
export function keptOf({ rows, kept }: StoredRows): Uint32Array {
  return kept ?? Uint32Array.from({ length: rows.length }, (_, row) => row)
}

function counting(check: string, countWrong: (stored: StoredRows) => number): RowCheck {
  let wrong = 0
  return { check, look: (stored) => void (wrong += countWrong(stored)), wrong: () => wrong }
}

export function checkNumbers(): RowCheck {
  let last = 0
  return counting(
    'numbers ascend from event to event, within what their block or segment covers',
    ({ source, rows }) => {
      let wrong = source.first > last && source.last >= source.first ? 0 : 1
      for (const number of rows.numbers) {
        if (number <= last || number < source.first || number > source.last) wrong += 1
        last = number
      }
      last = source.last
      return wrong
    },
  )
}

export function checkSizes(): RowCheck {
  return counting('every block and segment has as many events as it says', ({ source, segment, rows }) =>
    Number((segment?.rows ?? rows.length) !== source.events),
  )
}

export function checkOrders(): RowCheck {
  return counting('every segment is sorted', ({ segment }) => (segment === undefined ? 0 : countUnsorted(segment)))
}

/** Rows that do not come after the one before them, by name and by time. */
function countUnsorted(segment: Segment): number {
  const { base, offsets } = segment.column('times')
  const numbers = segment.column('numbers')
  const order = segment.column('timeOrder')
  const comesAfter = (row: number, before: number) =>
    (offsets[row] as number) - (offsets[before] as number) || (numbers[row] as number) - (numbers[before] as number)
  let wrong = Number.isFinite(base) ? 0 : 1
  let rows = 0
  for (const { names, starts, orderStart, orderEnd } of segment.column('directory').values()) {
    let listed = 0
    for (const [i, name] of names.entries()) {
      const [start, end] = [starts[i] as number, starts[i + 1] as number]
      if (i > 0 && Buffer.compare(Buffer.from(names[i - 1] as string), Buffer.from(name)) >= 0) wrong += 1
      for (let row = start + 1; row < end; row++) if (comesAfter(row, row - 1) <= 0) wrong += 1
      rows += end - start
      if (name !== DROPPED_EVENT_NAME) listed += end - start
    }
    if (orderEnd - orderStart !== listed) wrong += 1
    for (let place = orderStart + 1; place < orderEnd; place++) {
      if (comesAfter(order[place] as number, order[place - 1] as number) <= 0) wrong += 1
    }
  }
  return wrong + Number(rows !== segment.rows)
}

/** Reports leave out segments by these times. */
export function checkTimes(): RowCheck {
  return counting('no event of a segment is earlier or later than the segment says', ({ segment }) => {
    if (segment === undefined) return 0
    const { base, offsets } = segment.column('times')
    let wrong = 0
    for (let row = 0; row < offsets.length; row++) {
      const time = base + (offsets[row] as number)
      if (time < segment.minMs || time > segment.maxMs) wrong += 1
    }
    return wrong
  })
}

export function checkUsers(): RowCheck {
  return counting('every user of a segment has a text', ({ rows: { users } }) => {
    // What has no row is missing, whatever the type says.
    const missing = (users.texts as readonly (string | undefined)[]).filter((text) => text === undefined)
    return missing.length
  })
}

export function checkLaneRanges(db: Database): RowCheck {
  const select = db.prepare<[number, number], { first: number; last: number }>(
    'SELECT first, last FROM lane_range WHERE lane = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  )
  let known = { lane: 0, first: 1, last: 0 }
  return counting('every event of a lane is in its ranges', (stored) => {
    const { lanes, seqs } = stored.rows
    let wrong = 0
    for (const row of keptOf(stored)) {
      const [lane, seq] = [lanes[row] as number, seqs[row] as number]
      if (lane === 0 || (known.lane === lane && known.first <= seq && seq <= known.last)) continue
      const range = select.get(lane, seq)
      if (range === undefined || range.last < seq) wrong += 1
      else known = { lane, ...range }
    }
    return wrong
  })
}

export function checkLaneNumbers(): RowCheck {
  const seen = createNumberSets()
  return counting('no number of a lane is stored twice', (stored) => {
    const { lanes, seqs } = stored.rows
    let wrong = 0
    for (const row of keptOf(stored)) {
      const lane = lanes[row] as number
      if (lane !== 0 && !seen.add(lane, seqs[row] as number)) wrong += 1
    }
    return wrong
  })
}

/** Also counts the events of each project, by its row. */
export function checkCounts(db: Database, events: Map<number, number>): RowCheck {
  const expected = db.prepare<[], { id: number; events: number }>(
    `SELECT id, (SELECT coalesce(sum(stored), 0) FROM lane_tally WHERE project = project.id) - deleted AS events
     FROM project`,
  )
  return {
    check: 'every project has as many events as were stored and not deleted',
    look(stored) {
      for (const row of keptOf(stored)) {
        const project = stored.rows.projects[row] as number
        events.set(project, (events.get(project) ?? 0) + 1)
      }
    },
    wrong() {
      const rows = expected.all()
      const known = new Set(rows.map(({ id }) => id))
      const strange = [...events.keys()].filter((id) => !known.has(id))
      return rows.filter(({ id, events: count }) => (events.get(id) ?? 0) !== count).length + strange.length
    },
  }
}
