import type { Database } from 'better-sqlite3'
import { buildSegment } from './build-segment.ts'
import { NEVER_RELEASED, newClaimKey, readUuidBytes } from './claim-key.ts'
import { createReadErasures } from './erasures.ts'
import { loadKeptSeconds } from './kept-seconds.ts'
import { createKeyRunBuilder } from './key-run.ts'
import { createLruCache } from './lru-cache.ts'
import { ROWS_A_STEP, rowsOfSegment, splitRows } from './rows-of-segment.ts'
import type { BuiltRun, Rewritten } from './seal-work.ts'
import type { Segment } from './segment.ts'
import { createSegmentOpener, SEGMENT_FIELDS, type SegmentRow } from './stored-segment.ts'
import { createUserTexts } from './user-texts.ts'

/** For the columns of the one segment that is read. */
const CACHE_BYTES = 64 * 1024 * 1024

/** Makes a segment, by its id, again without what is hidden of it. */
export function createRewriteSegment(db: Database): (id: number) => Rewritten {
  const select = db.prepare<[number], SegmentRow & { readonly erasedTo: number }>(
    `SELECT ${SEGMENT_FIELDS}, erased_to AS erasedTo FROM segment WHERE id = ?`,
  )
  const readErasures = createReadErasures(db)
  return db.transaction((id: number): Rewritten => {
    const row = select.get(id)
    if (row === undefined) throw new Error(`There is no segment ${id}`)
    const segment = createSegmentOpener(db, createLruCache(CACHE_BYTES), createUserTexts(db, 0))(row)
    const erasures = readErasures()
    const { kept, ofErasedUsers } = splitRows(segment, row.erasedTo, erasures)
    if (kept.length === segment.rows) return { kind: 'clean', erasedTo: erasures.lastId }
    const { rows, users } = rowsOfSegment(segment, kept)
    const range = { first: row.first, last: row.last, erasedTo: erasures.lastId }
    return {
      kind: 'rewritten',
      segment: buildSegment(range, rows, users),
      run: keysOf(db, segment, ofErasedUsers),
    }
  })
}

/** Keys of events whose users were erased first: those that an erasure by time had released already are left out. */
function keysOf(db: Database, segment: Segment, rows: Uint32Array): BuiltRun | undefined {
  const keptSeconds = loadKeptSeconds(db)
  const { base, offsets } = segment.column('times')
  const users = segment.column('users')
  const numbers = segment.column('numbers')
  const projectOf = projectFinder(segment)
  const keys = createKeyRunBuilder()
  const key = newClaimKey()
  for (const { row, eventId } of eventIdsOf(segment, rows)) {
    if (eventId === null) continue
    const event = {
      project: projectOf(row),
      number: segment.first + (numbers[row] as number),
      timeMs: base + (offsets[row] as number),
      userId: users.text(users.places[row] as number),
    }
    if (keptSeconds(event) !== NEVER_RELEASED) continue
    readUuidBytes(key, event.project, eventId)
    keys.add(key, NEVER_RELEASED)
  }
  return keys.build(segment.first, segment.last)
}

function* eventIdsOf(segment: Segment, rows: Uint32Array) {
  for (let from = 0; from < rows.length; from += ROWS_A_STEP) {
    const some = [...rows.subarray(from, from + ROWS_A_STEP)]
    const contents = segment.content(some)
    for (const [i, row] of some.entries()) yield { row, eventId: contents[i]?.eventId ?? null }
  }
}

/** To be asked for rows in ascending order. */
function projectFinder(segment: Segment): (row: number) => number {
  const projects = [...segment.column('directory')].map(([project, { starts }]) => ({
    project,
    end: starts.at(-1) as number,
  }))
  let i = 0
  return (row) => {
    while ((projects[i] as { readonly end: number }).end <= row) i++
    return (projects[i] as { readonly project: number }).project
  }
}
