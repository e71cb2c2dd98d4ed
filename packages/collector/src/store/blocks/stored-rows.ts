import type { Database } from 'better-sqlite3'
import type { BlockRows } from './block-rows.ts'
import { decodeBlock } from './decode-block.ts'
import { createReadErasures, type Erasures } from './erasures.ts'
import { createLruCache } from './lru-cache.ts'
import { rowsOfSegment, splitRows } from './rows-of-segment.ts'
import type { Segment } from './segment.ts'
import { createSegmentOpener, SEGMENT_FIELDS, type SegmentRow } from './stored-segment.ts'
import { createUserTexts } from './user-texts.ts'

/** One segment's columns are in memory, and one's rows. */
const COLUMN_BYTES = 32 * 1024 * 1024
const TEXT_BYTES = 8 * 1024 * 1024

/** What the file says of a block or segment, beside its body. */
export interface RowsSource {
  readonly first: number
  readonly last: number
  readonly events: number
}

/** Some of a file's events, in the order of their numbers. */
export interface StoredRows {
  readonly source: RowsSource
  /** Where they come from, unless that is a block. */
  readonly segment: Segment | undefined
  readonly rows: BlockRows
  /** Those that are not hidden; `undefined`: all. */
  readonly kept: Uint32Array | undefined
}

/** Reads all events of a file, a segment or a block at a time. To be iterated inside one read transaction. */
export function* readStoredRows(db: Database): Iterable<StoredRows> {
  const erasures = createReadErasures(db)()
  yield* readSegments(db, erasures)
  const blocks = db.prepare<[], RowsSource & { readonly body: Buffer }>(
    'SELECT first, last, events, body FROM block WHERE first > (SELECT sealed_to FROM storage) ORDER BY first',
  )
  for (const { body, ...source } of blocks.iterate()) {
    const rows = decodeBlock(source.first, body)
    yield { source, segment: undefined, rows, kept: erasures.keptRows(rows) }
  }
}

function* readSegments(db: Database, erasures: Erasures): Iterable<StoredRows> {
  const userTexts = createUserTexts(db, TEXT_BYTES)
  const open = createSegmentOpener(db, createLruCache(COLUMN_BYTES), userTexts)
  const list = db.prepare<[], SegmentRow & { erasedTo: number }>(
    `SELECT ${SEGMENT_FIELDS}, erased_to AS erasedTo FROM segment ORDER BY first`,
  )
  for (const { erasedTo, ...source } of list.all()) {
    const segment = open(source)
    const { rows, users } = rowsOfSegment(segment, splitRows(segment, erasedTo, erasures).kept)
    const texts = Array.from(users.ids, (id, place) => (place === 0 ? '' : userTexts.text(id)))
    yield { source, segment, rows: { ...rows, users: { texts, places: users.places } }, kept: undefined }
  }
}
