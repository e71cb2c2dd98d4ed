import type { Database } from 'better-sqlite3'
import { unpackContent } from './content-part.ts'
import type { LruCache } from './lru-cache.ts'
import { unpackPart } from './part-body.ts'
import type { Columns, Segment } from './segment.ts'
import { partNumber } from './part-number.ts'
import { CONTENT_ROWS, SLOT } from './segment-slots.ts'
import { READ_COLUMNS } from './stored-columns.ts'
import type { TimeBounds } from './time-bounds.ts'
import type { UserTexts } from './user-texts.ts'

/** A row of `segment`. */
export interface SegmentRow extends TimeBounds {
  readonly id: number
  readonly first: number
  readonly last: number
  readonly events: number
}

/** Of a `SELECT` from `segment`. */
export const SEGMENT_FIELDS = 'id, first, last, events, min_ts AS minMs, max_ts AS maxMs'

const KINDS = Object.keys(READ_COLUMNS)

type ContentReader = ReturnType<typeof unpackContent>

/** What is read of a part takes about as much again as the part. */
const CONTENT_FACTOR = 2

/**
 * Opens segments of a file. Columns stay in `cache`, which no other file may use. `throwAway` is told of the bytes of parts, of which
 * nothing is left when what they hold is read.
 */
export function createSegmentOpener(
  db: Database,
  cache: LruCache,
  texts: UserTexts,
  throwAway: (bytes: number) => void = () => undefined,
): (row: SegmentRow) => Segment {
  const select = db.prepare<[number], Buffer>('SELECT body FROM segment_part WHERE part = ?').pluck()
  return ({ id, first, last, events, minMs, maxMs }) => {
    function part(slot: number, likelyBytes?: number): Buffer {
      const body = select.get(partNumber(id, slot)) as Buffer
      const bytes = unpackPart(body, likelyBytes)
      throwAway(body.length + bytes.length)
      return bytes
    }
    const keyOf = (kind: keyof Columns) => id * KINDS.length + KINDS.indexOf(kind)
    const columnAtHand = <K extends keyof Columns>(kind: K) => cache.peek(keyOf(kind)) as Columns[K] | undefined
    function column<K extends keyof Columns>(kind: K): Columns[K] {
      return cache.get(keyOf(kind), () => READ_COLUMNS[kind]({ rows: events, texts, part, column, columnAtHand }))
    }
    /** Those who ask for the last events of somebody ask for the same parts again and again. */
    function content(chunk: number): ContentReader {
      const slot = SLOT.content + chunk
      return cache.get(-partNumber(id, slot), () => {
        const bytes = part(slot)
        return { value: unpackContent(bytes), bytes: CONTENT_FACTOR * bytes.length }
      })
    }
    return {
      id,
      first,
      last,
      rows: events,
      minMs,
      maxMs,
      column,
      content(rows) {
        const { base, offsets } = column('times')
        return rows.map((row) => {
          const read = content(Math.floor(row / CONTENT_ROWS))
          return read(row % CONTENT_ROWS, base + (offsets[row] as number))
        })
      },
    }
  }
}
