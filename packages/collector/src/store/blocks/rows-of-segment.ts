import type { Claim } from './block-rows.ts'
import type { RowUserIds, SegmentRows } from './build-segment.ts'
import type { Erasures } from './erasures.ts'
import type { EventContent, Segment } from './segment.ts'
import { orderOf } from './stable-order.ts'

/** Rows whose content is in memory at a time, in two forms. */
const ROWS_A_STEP = 8_192

/** Rows of a segment as blocks have them, without those that erasures hide. */
export function rowsOfSegment(
  segment: Segment,
  erasedTo: number,
  erasures: Erasures,
): { readonly rows: SegmentRows; readonly users: RowUserIds } {
  const { rows, projects, names } = keptRows(segment, erasedTo, erasures)
  const { base, offsets } = segment.column('times')
  const users = segment.column('users')
  const pages = segment.column('pages')
  const numbers = segment.column('numbers')
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

function keptRows(segment: Segment, erasedTo: number, erasures: Erasures) {
  const { base, offsets } = segment.column('times')
  const { places: userPlaces } = segment.column('users')
  const kept = new Uint32Array(segment.rows)
  const projects = new Uint32Array(segment.rows)
  const places = new Uint32Array(segment.rows)
  const texts: string[] = []
  let count = 0
  for (const [project, { names, starts }] of segment.column('directory')) {
    const { before, users } = erasures.hiddenIn(segment, erasedTo, project)
    for (const [i, name] of names.entries()) {
      const place = texts.push(name) - 1
      for (let row = starts[i] as number; row < (starts[i + 1] as number); row++) {
        projects[row] = project
        places[row] = place
        const isHidden = base + (offsets[row] as number) < before || users.has(userPlaces[row] as number)
        if (!isHidden) kept[count++] = row
      }
    }
  }
  return { rows: kept.subarray(0, count), projects, names: { texts, places } }
}

function contentOf(segment: Segment, sources: Uint32Array) {
  const { length } = sources
  const received = new Float64Array(length)
  const originals = new Float64Array(length)
  const lanes = new Uint32Array(length)
  const seqs = new Float64Array(length)
  const claims: (Claim | undefined)[] = Array.from({ length })
  const metadata: Buffer[] = Array.from({ length })
  const take = (content: EventContent, i: number) => {
    received[i] = content.receivedAtMs
    originals[i] = content.originalTimestampMs ?? Number.NaN
    lanes[i] = content.lane
    seqs[i] = content.seq
    if (content.eventId !== null) claims[i] = { eventId: content.eventId, key: content.key ?? '' }
    metadata[i] = Buffer.from(content.metadata)
  }
  // In the order of the segment's rows, so that each part is read once.
  const places = Uint32Array.from(sources.keys()).sort((a, b) => (sources[a] as number) - (sources[b] as number))
  for (let from = 0; from < length; from += ROWS_A_STEP) {
    const some = places.subarray(from, from + ROWS_A_STEP)
    const contents = segment.content(Array.from(some, (i) => sources[i] as number))
    for (const [k, content] of contents.entries()) take(content, some[k] as number)
  }
  return { received, originals, lanes, seqs, claims, metadata: (row: number) => metadata[row] as Buffer }
}
