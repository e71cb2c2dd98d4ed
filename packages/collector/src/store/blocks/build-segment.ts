import type { BlockRows, Texts } from './block-rows.ts'
import { createContentPacker } from './content-part.ts'
import { packDirectory } from './directory-part.ts'
import { gather } from './gather.ts'
import { packColumn } from './packed-column.ts'
import { packPart } from './part-body.ts'
import type { BuiltSegment } from './seal-work.ts'
import { CONTENT_ROWS, SLOT } from './segment-slots.ts'
import { sortRows } from './sort-rows.ts'
import { orderOf } from './stable-order.ts'
import { boundsOf } from './time-bounds.ts'

/** Users by row, 0 for none, and their ids by place: all of them different, the first 0. */
export interface RowUserIds {
  readonly places: Uint32Array
  readonly ids: Uint32Array
}

/** What a segment covers, and which erasures its rows were chosen by. */
export type SegmentRange = Pick<BuiltSegment, 'first' | 'last' | 'erasedTo'>

/** Users are told apart by their ids. */
export type SegmentRows = Omit<BlockRows, 'users'>

/** Makes a segment of rows, whose numbers are in its range. */
export function buildSegment(range: SegmentRange, rows: SegmentRows, users: RowUserIds): BuiltSegment {
  if (rows.length === 0) return { ...range, events: 0, minMs: 0, maxMs: 0, parts: [] }
  const { sources, groups, timeGroups } = sortRows(rows)
  const { times, numbers, pages } = rows
  const bySource = (column: ArrayLike<number>) => gather(column, sources)
  const columns: readonly (readonly [slot: number, bytes: Buffer])[] = [
    [SLOT.directory, packDirectory(groups)],
    [SLOT.times, packColumn(bySource(times))],
    [SLOT.users, packUsers(bySource(users.places), users.ids)],
    [SLOT.pages, packPages(bySource(pages.places), pages.texts)],
    [SLOT.numbers, packColumn(bySource(numbers).map((number) => number - range.first))],
    [SLOT.timeGroups, packColumn(timeGroups)],
  ]
  const parts = columns.map(([slot, bytes]) => ({ slot, body: packPart(bytes) }))
  const packContent = createContentPacker(rows)
  for (let row = 0; row < rows.length; row += CONTENT_ROWS) {
    const bytes = packContent(sources.subarray(row, row + CONTENT_ROWS))
    parts.push({ slot: SLOT.content + row / CONTENT_ROWS, body: packPart(bytes) })
  }
  return { ...range, events: rows.length, ...boundsOf(times), parts }
}

function packUsers(places: Float64Array, ids: Uint32Array): Buffer {
  const isUsed = new Uint8Array(ids.length)
  isUsed[0] = 1
  for (let row = 0; row < places.length; row++) isUsed[places[row] as number] = 1
  const sorted = orderOf(Float64Array.from(ids)).filter((place) => isUsed[place] === 1)
  const rank = new Uint32Array(ids.length)
  for (let i = 0; i < sorted.length; i++) rank[sorted[i] as number] = i
  return Buffer.concat([
    packColumn(places.map((place) => rank[place] as number)),
    packColumn(
      sorted.map((place) => ids[place] as number),
      true,
    ),
  ])
}

/** Leaves out texts that no row has. */
function packPages(places: Float64Array, texts: Texts['texts']): Buffer {
  const used = ['']
  const placeOf = new Int32Array(texts.length).fill(-1)
  placeOf[0] = 0
  for (let row = 0; row < places.length; row++) {
    const place = places[row] as number
    if (placeOf[place] === -1) placeOf[place] = used.push(texts[place] as string) - 1
  }
  const list = used.flatMap((text) => [Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer), Buffer.from(text)])
  return Buffer.concat([
    packColumn(places.map((place) => placeOf[place] as number)),
    Buffer.from(Uint32Array.of(used.length).buffer),
    ...list,
  ])
}
