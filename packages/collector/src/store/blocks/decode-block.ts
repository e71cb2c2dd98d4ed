import type { BlockRows, Texts } from './block-rows.ts'
import {
  BLOCK_VERSION,
  EVENT_ID_BYTES,
  HEAD_BYTES,
  LINE_FEED,
  NUMBERS_LISTED,
  ORIGINALS_LISTED,
} from './block-format.ts'
import { type RowBytes, rowBytesIn } from './row-bytes.ts'
import { createTextReader } from './text-reader.ts'

/** Reads what `createBlockEncoder` wrote. Throws for a body of another version. The rows share the body's memory. */
export function decodeBlock(first: number, body: Buffer): BlockRows {
  const [version, length = 0, flags = 0] = [0, 4, 8].map((at) => body.readUInt32LE(at))
  if (version !== BLOCK_VERSION) throw new Error(`Block ${first} is of version ${version}, not ${BLOCK_VERSION}`)
  const listsOriginals = (flags & ORIGINALS_LISTED) !== 0
  const listsNumbers = (flags & NUMBERS_LISTED) !== 0
  const doubles = listsOriginals ? 4 : 3
  const words = listsNumbers ? 6 : 5
  const columnsEnd = HEAD_BYTES + length * (8 * doubles + 4 * words)
  const { buffer, byteOffset } = aligned(body.subarray(0, columnsEnd))
  const columns = byteOffset + HEAD_BYTES
  const floats = (i: number) => new Float64Array(buffer, columns + 8 * i * length, length)
  const uints = (i: number) => new Uint32Array(buffer, columns + (8 * doubles + 4 * i) * length, length)

  const reader = createTextReader(body, columnsEnd)
  const list = (places: Uint32Array): Texts => ({ texts: reader.list(), places })
  const [names, users, pages] = [list(uints(1)), list(uints(2)), list(uints(3))]
  const lanes = uints(4)
  const claimStarts = startsOfClaims(body, reader.end(), lanes)
  return {
    length,
    numbers: numbersFrom(first, length, listsNumbers ? uints(5) : undefined),
    times: floats(0),
    received: floats(1),
    seqs: floats(2),
    originals: listsOriginals ? floats(3) : undefined,
    projects: uints(0),
    names,
    users,
    pages,
    lanes,
    claims: rowBytesIn(body, claimStarts, 0),
    metadata: splitLines(body, claimStarts[length] as number, length),
  }
}

/** The driver gives buffers at any place in memory; columns of 8 bytes must begin at a multiple of 8. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.prototype.slice.call(bytes)
}

function startsOfClaims(body: Buffer, start: number, lanes: Uint32Array): Uint32Array {
  const starts = new Uint32Array(lanes.length + 1)
  let end = start
  for (let row = 0; row < lanes.length; row++) {
    starts[row] = end
    if (lanes[row] === 0) end += EVENT_ID_BYTES + 4 + body.readUInt32LE(end + EVENT_ID_BYTES)
  }
  starts[lanes.length] = end
  return starts
}

/** From the columns of a block: `offsets` are those of the numbers, if they are listed. */
function numbersFrom(first: number, length: number, offsets: Uint32Array | undefined): Float64Array {
  const numbers = new Float64Array(length)
  for (let row = 0; row < length; row++) numbers[row] = first + (offsets === undefined ? row : (offsets[row] as number))
  return numbers
}

function splitLines(body: Buffer, start: number, lines: number): RowBytes {
  const starts = new Uint32Array(lines + 1)
  starts[0] = start
  // A buffer's own search takes four times as long to begin.
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.length)
  for (let line = 1; line < lines; line++) starts[line] = bytes.indexOf(LINE_FEED, starts[line - 1]) + 1
  starts[lines] = body.length + 1
  return rowBytesIn(body, starts, 1)
}
