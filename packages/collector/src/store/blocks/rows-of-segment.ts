import type { RowUserIds, SegmentRows } from './build-segment.ts'
import type { Erasures } from './erasures.ts'
import { writeClaim } from './claim.ts'
import { rowBytesOf } from './row-bytes.ts'
import type { EventContent, Segment } from './segment.ts'
import { orderOf } from './stable-order.ts'

/** Rows whose content is in memory at a time, in two forms. */
export const ROWS_A_STEP = 8_192

const NO_CLAIM = Buffer.alloc(0)

/** Which rows of a segment stay where erasures hide some. */
export interface SplitRows {
  readonly kept: Uint32Array
  /** Of those that go, the rows of erased users. */
  readonly ofErasedUsers: Uint32Array
}

/** `erasedTo` is that of the segment. */
export function splitRows(segment: Segment, erasedTo: number, erasures: Erasures): SplitRows {
  const { base, offsets } = segment.column('times')
  const { places } = segment.column('users')
  const kept = new Uint32Array(segment.rows)
  const ofErasedUsers: number[] = []
  let count = 0
  for (const [project, { starts }] of segment.column('directory')) {
    const { before, users } = erasures.hiddenIn(segment, erasedTo, project)
    for (let row = starts[0] as number; row < (starts.at(-1) as number); row++) {
      if (users.has(places[row] as number)) ofErasedUsers.push(row)
      else if (base + (offsets[row] as number) >= before) kept[count++] = row
    }
  }
  return { kept: kept.subarray(0, count), ofErasedUsers: Uint32Array.from(ofErasedUsers) }
}

/** Some rows of a segment, as blocks have them. */
export function rowsOfSegment(
  segment: Segment,
  rows: Uint32Array,
): { readonly rows: SegmentRows; readonly users: RowUserIds } {
  const { base, offsets } = segment.column('times')
  const users = segment.column('users')
  const pages = segment.column('pages')
  const numbers = segment.column('numbers')
  const { projects, names } = groupsOf(segment)
  const order = orderOf(Float64Array.from(rows, (row) => numbers[row] as number))
  const sources = order.map((i) => rows[i] as number)
  const placesOf = (column: ArrayLike<number>) => Uint32Array.from(sources, (row) => column[row] as number)
  return {
    rows: {
      length: sources.length,
      numbers: Float64Array.from(sources, (row) => segment.first + (numbers[row] as number)),
      times: Float64Array.from(sources, (row) => base + (offsets[row] as number)),
      projects: placesOf(projects),
      names: { texts: names.texts, places: placesOf(names.places) },
      pages: { texts: pages.texts, places: placesOf(pages.places) },
      ...contentOf(segment, sources),
    },
    users: { places: placesOf(users.places), ids: users.ids },
  }
}

/** Projects and names by row. */
function groupsOf(segment: Segment) {
  const projects = new Uint32Array(segment.rows)
  const places = new Uint32Array(segment.rows)
  const texts: string[] = []
  for (const [project, { names, starts }] of segment.column('directory')) {
    for (const [i, name] of names.entries()) {
      const place = texts.push(name) - 1
      projects.fill(project, starts[i], starts[i + 1])
      places.fill(place, starts[i], starts[i + 1])
    }
  }
  return { projects, names: { texts, places } }
}

function contentOf(segment: Segment, sources: Uint32Array) {
  const { length } = sources
  const received = new Float64Array(length)
  const originals = new Float64Array(length)
  const lanes = new Uint32Array(length)
  const seqs = new Float64Array(length)
  const claims: Buffer[] = Array.from({ length }, () => NO_CLAIM)
  const metadata: Buffer[] = Array.from({ length })
  const take = (content: EventContent, i: number) => {
    received[i] = content.receivedAtMs
    originals[i] = content.originalTimestampMs ?? Number.NaN
    lanes[i] = content.lane
    seqs[i] = content.seq
    if (content.eventId !== null) claims[i] = writeClaim({ eventId: content.eventId, key: content.key ?? '' })
    metadata[i] = Buffer.from(content.metadata)
  }
  // In the order of the segment's rows, so that each part is read once.
  const places = Uint32Array.from(sources.keys()).sort((a, b) => (sources[a] as number) - (sources[b] as number))
  for (let from = 0; from < length; from += ROWS_A_STEP) {
    const some = places.subarray(from, from + ROWS_A_STEP)
    const contents = segment.content(Array.from(some, (i) => sources[i] as number))
    for (const [k, content] of contents.entries()) take(content, some[k] as number)
  }
  return { received, originals, lanes, seqs, claims: rowBytesOf(claims), metadata: rowBytesOf(metadata) }
}
