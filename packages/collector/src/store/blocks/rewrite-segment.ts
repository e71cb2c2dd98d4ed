import type { Database } from 'better-sqlite3'
import { buildSegment } from './build-segment.ts'
import { createReadErasures } from './erasures.ts'
import { createLruCache } from './lru-cache.ts'
import { rowsOfSegment } from './rows-of-segment.ts'
import type { Rewritten } from './seal-work.ts'
import { createSegmentOpener, type SegmentRow } from './stored-segment.ts'
import { createUserTexts } from './user-texts.ts'

/** For the columns of the one segment that is read. */
const CACHE_BYTES = 64 * 1024 * 1024

/** Makes a segment, by its id, again without what is hidden of it. */
export function createRewriteSegment(db: Database): (id: number) => Rewritten {
  const select = db.prepare<[number], SegmentRow & { readonly erasedTo: number }>(
    'SELECT id, first, last, events, erased_to AS erasedTo FROM segment WHERE id = ?',
  )
  const readErasures = createReadErasures(db)
  return db.transaction((id: number): Rewritten => {
    const open = createSegmentOpener(db, createLruCache(CACHE_BYTES), createUserTexts(db, 0))
    const row = select.get(id) as SegmentRow & { readonly erasedTo: number }
    const segment = open(row)
    const erasures = readErasures()
    const { rows, users } = rowsOfSegment(segment, row.erasedTo, erasures)
    if (rows.length === segment.rows) return { kind: 'clean', erasedTo: erasures.lastId }
    const { first, last } = row
    return { kind: 'rewritten', segment: buildSegment({ first, last, erasedTo: erasures.lastId }, rows, users) }
  })
}
