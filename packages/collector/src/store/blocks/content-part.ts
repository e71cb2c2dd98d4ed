import { EVENT_ID_BYTES, LINE_FEED } from './block-format.ts'
import type { BlockRows } from './block-rows.ts'
import { gather } from './gather.ts'
import { packColumn, type UnpackedColumn, unpackColumn } from './packed-column.ts'
import type { EventContent } from './segment.ts'
import { createTextReader } from './text-reader.ts'

/** Returns what packs the content of some rows, at least one, in their order. Its result is good until it is called again. */
export function createContentPacker(rows: Omit<BlockRows, 'users'>): (sources: Uint32Array) => Buffer {
  const { received, lanes, seqs, times, originals, claims, metadata } = rows
  let scratch = Buffer.allocUnsafeSlow(64 * 1024)
  return (sources) => {
    const corrections = new Float64Array(sources.length)
    if (originals !== undefined) {
      for (let i = 0; i < sources.length; i++) {
        const row = sources[i] as number
        corrections[i] = correction(times[row] as number, originals[row] as number)
      }
    }
    const columns = [gather(received, sources), gather(lanes, sources), gather(seqs, sources), corrections].map(
      (column) => packColumn(column),
    )
    let bytes = 0
    for (const column of columns) bytes += column.length
    for (let i = 0; i < sources.length; i++) {
      const row = sources[i] as number
      bytes += claims.length(row) + metadata.length(row) + 1
    }
    if (bytes > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * bytes)

    let end = 0
    for (const column of columns) end = put(scratch, end, column)
    for (let i = 0; i < sources.length; i++) {
      const row = sources[i] as number
      if (lanes[row] === 0) end = claims.copy(row, scratch, end)
    }
    for (let i = 0; i < sources.length; i++) {
      end = metadata.copy(sources[i] as number, scratch, end)
      scratch[end++] = LINE_FEED
    }
    // No line feed after the last.
    return scratch.subarray(0, end - 1)
  }
}

function put(into: Buffer, at: number, bytes: Uint8Array): number {
  into.set(bytes, at)
  return at + bytes.length
}

function correction(time: number, original: number): number {
  return Number.isNaN(original) ? 0 : original - time
}

/** Reads what {@link createContentPacker} packed: by place among its rows, given the row's time. */
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
