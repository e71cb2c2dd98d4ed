import { EVENT_ID_BYTES, LINE_FEED } from './block-format.ts'
import type { BlockRows } from './block-rows.ts'
import { packColumn, type UnpackedColumn, unpackColumn } from './packed-column.ts'
import type { EventContent } from './segment.ts'
import { createTextReader } from './text-reader.ts'

const LINE_END = Buffer.from([LINE_FEED])

/** Content of some rows, in the order of `sources`, at least one. */
export function packContent(rows: Omit<BlockRows, 'users'>, sources: Uint32Array): Buffer {
  const { received, lanes, seqs, times, originals } = rows
  const pieces: Uint8Array[] = [
    packColumn(Float64Array.from(sources, (row) => received[row] as number)),
    packColumn(Float64Array.from(sources, (row) => lanes[row] as number)),
    packColumn(Float64Array.from(sources, (row) => seqs[row] as number)),
    packColumn(Float64Array.from(sources, (row) => correction(times[row] as number, originals?.[row]))),
  ]
  for (const row of sources) {
    const claim = rows.claims[row]
    if (claim === undefined) continue
    const key = Buffer.from(claim.key)
    pieces.push(claim.eventId, Buffer.from(Uint32Array.of(key.length).buffer), key)
  }
  for (const row of sources) pieces.push(rows.metadata(row), LINE_END)
  pieces.pop()
  return Buffer.concat(pieces)
}

function correction(time: number, original = Number.NaN): number {
  return Number.isNaN(original) ? 0 : original - time
}

/** Reads what {@link packContent} made: by place among its rows, given the row's time. */
export function unpackContent(bytes: Buffer): (place: number, timeMs: number) => EventContent {
  const received = unpackColumn(bytes)
  const lanes = unpackColumn(bytes, received.end)
  const seqs = unpackColumn(bytes, lanes.end)
  const corrections = unpackColumn(bytes, seqs.end)
  const reader = createTextReader(bytes, corrections.end)
  const claims = Array.from(lanes.values, (_, place) => {
    if (valueAt(lanes, place) !== 0) return undefined
    // A copy, that does not hold on to all of the part.
    return { eventId: Uint8Array.from(reader.bytes(EVENT_ID_BYTES)), key: reader.text() }
  })
  const metadata = bytes.toString('utf8', reader.end()).split('\n')
  return (place, timeMs) => {
    const claim = claims[place]
    const corrected = valueAt(corrections, place)
    return {
      receivedAtMs: valueAt(received, place),
      originalTimestampMs: corrected === 0 ? null : timeMs + corrected,
      lane: valueAt(lanes, place),
      seq: valueAt(seqs, place),
      eventId: claim?.eventId ?? null,
      key: claim === undefined || claim.key === '' ? null : claim.key,
      metadata: metadata[place] as string,
    }
  }
}

function valueAt({ base, values }: UnpackedColumn, place: number): number {
  return base + (values[place] as number)
}
