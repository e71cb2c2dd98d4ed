/** Values of a column: `base + values[i]`. */
export interface UnpackedColumn {
  readonly base: number
  readonly values: ColumnValues
  /** Place behind the column. */
  readonly end: number
}

export type ColumnValues = Uint8Array | Uint16Array | Uint32Array | Float64Array

type Width = 1 | 2 | 4 | 8

const HEAD_BYTES = 16
const MAX_U32 = 0xffff_ffff

/**
 * Bytes of a column (docs/storage.md, Segment). `differences` is for values that are close to the one before; it is left
 * where they would not fit. Every number comes back, NaN too; -0 as 0.
 */
export function packColumn(values: ArrayLike<number>, differences = false): Buffer {
  const between = differences ? asDifferences(values) : undefined
  const source = between ?? values
  const { width, base } = measure(source)
  const count = source.length
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + width * count)
  bytes.writeUInt32LE(width | (between === undefined ? 0 : 0x100), 0)
  bytes.writeUInt32LE(count, 4)
  bytes.writeDoubleLE(base, 8)
  if (width === 8) putPlanes(bytes, new Uint8Array(Float64Array.from(source).buffer))
  else if (width === 1) for (let i = 0; i < count; i++) bytes[HEAD_BYTES + i] = (source[i] as number) - base
  else putWords(bytes, source, { width, base })
  return bytes
}

/** The place behind a column that begins at `at`. */
export function endOfColumn(bytes: Buffer, at = 0): number {
  return at + HEAD_BYTES + (bytes[at] as Width) * bytes.readUInt32LE(at + 4)
}

/** Reads a column that begins at `at`. */
export function unpackColumn(bytes: Buffer, at = 0): UnpackedColumn {
  const head = bytes.readUInt16LE(at)
  const width = (head & 0xff) as Width
  const count = bytes.readUInt32LE(at + 4)
  const base = bytes.readDoubleLE(at + 8)
  const start = at + HEAD_BYTES
  const end = endOfColumn(bytes, at)
  const stored = readPlanes(bytes.subarray(start, end), width, count)
  if (head < 0x100) return { base, values: stored, end }
  return { ...sums(stored, base), end }
}

/** The numbers themselves, of a column that holds only whole numbers below 2^32. Takes the column's memory where it can. */
export function unpackedUints({ base, values }: UnpackedColumn): Uint32Array {
  const uints = values instanceof Uint32Array ? values : new Uint32Array(values.length)
  for (let i = 0; i < uints.length; i++) uints[i] = base + (values[i] as number)
  return uints
}

function asDifferences(values: ArrayLike<number>): Float64Array | undefined {
  const differences = new Float64Array(values.length)
  let before = 0
  let smallest = Infinity
  let largest = -Infinity
  for (let i = 0; i < differences.length; i++) {
    const value = values[i] as number
    if (value % 1 !== 0) return undefined
    const difference = value - before
    differences[i] = difference
    before = value
    if (difference < smallest) smallest = difference
    if (difference > largest) largest = difference
  }
  return largest - smallest <= MAX_U32 ? differences : undefined
}

function measure(values: ArrayLike<number>): { readonly width: Width; readonly base: number } {
  let smallest = Infinity
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (value % 1 !== 0) return { width: 8, base: 0 }
    if (value < smallest) smallest = value
    if (value > largest) largest = value
  }
  if (smallest > largest) return { width: 1, base: 0 }
  const range = largest - smallest
  // As doubles they have no base: the distance of two of them may be more than a double can tell.
  if (range > MAX_U32) return { width: 8, base: 0 }
  return { width: range <= 0xff ? 1 : range <= 0xffff ? 2 : 4, base: smallest }
}

function putWords(bytes: Buffer, values: ArrayLike<number>, { width, base }: { width: 2 | 4; base: number }): void {
  const count = values.length
  const second = HEAD_BYTES + count
  const third = second + count
  const fourth = third + count
  for (let i = 0; i < count; i++) {
    const word = (values[i] as number) - base
    bytes[HEAD_BYTES + i] = word
    bytes[second + i] = word >>> 8
    if (width === 4) {
      bytes[third + i] = word >>> 16
      bytes[fourth + i] = word >>> 24
    }
  }
}

function putPlanes(bytes: Buffer, doubles: Uint8Array): void {
  const count = doubles.length / 8
  for (let plane = 0; plane < 8; plane++) {
    const start = HEAD_BYTES + plane * count
    for (let i = 0; i < count; i++) bytes[start + i] = doubles[8 * i + plane] as number
  }
}

function readPlanes(planes: Uint8Array, width: Width, count: number): ColumnValues {
  if (width === 1) return Uint8Array.from(planes)
  if (width === 8) return readDoubles(planes, count)
  const values = width === 2 ? new Uint16Array(count) : new Uint32Array(count)
  const [second, third, fourth] = [count, 2 * count, 3 * count]
  if (width === 2) {
    for (let i = 0; i < count; i++) values[i] = (planes[i] as number) | ((planes[second + i] as number) << 8)
    return values
  }
  for (let i = 0; i < count; i++) {
    const low = (planes[i] as number) | ((planes[second + i] as number) << 8)
    values[i] = low | ((planes[third + i] as number) << 16) | ((planes[fourth + i] as number) << 24)
  }
  return values
}

function readDoubles(planes: Uint8Array, count: number): Float64Array {
  const bytes = new Uint8Array(8 * count)
  for (let plane = 0; plane < 8; plane++) {
    const start = plane * count
    for (let i = 0; i < count; i++) bytes[8 * i + plane] = planes[start + i] as number
  }
  return new Float64Array(bytes.buffer)
}

/** Adds up differences, and takes off the smallest sum. */
function sums(differences: ColumnValues, base: number): Omit<UnpackedColumn, 'end'> {
  const count = differences.length
  let sum = 0
  let smallest = Infinity
  let largest = -Infinity
  for (let i = 0; i < count; i++) {
    sum += base + (differences[i] as number)
    if (sum < smallest) smallest = sum
    if (sum > largest) largest = sum
  }
  const isWide = largest - smallest > MAX_U32
  const start = isWide || count === 0 ? 0 : smallest
  const values = isWide ? new Float64Array(count) : new Uint32Array(count)
  let value = -start
  for (let i = 0; i < count; i++) {
    value += base + (differences[i] as number)
    values[i] = value
  }
  return { base: start, values }
}
