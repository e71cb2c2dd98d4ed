/** Bytes by row, which are read where they lie: a segment has too many rows for an object each. */
export interface RowBytes {
  length(row: number): number
  /** Shares the memory. */
  bytes(row: number): Buffer
  /** A little-endian word, `offset` bytes after the row's begin. */
  uint32(row: number, offset: number): number
  /** Returns the place behind what was copied. */
  copy(row: number, into: Buffer, at: number): number
}

/** Rows one behind the other in a body, `gap` bytes between two: `starts` has a place for each, and one behind the last gap. */
export function rowBytesIn(body: Buffer, starts: Uint32Array, gap: number): RowBytes {
  const endOf = (row: number) => (starts[row + 1] as number) - gap
  return {
    length: (row) => endOf(row) - (starts[row] as number),
    bytes: (row) => body.subarray(starts[row], endOf(row)),
    uint32: (row, offset) => body.readUInt32LE((starts[row] as number) + offset),
    copy: (row, into, at) => at + body.copy(into, at, starts[row], endOf(row)),
  }
}

export function rowBytesOf(rows: readonly Buffer[]): RowBytes {
  const rowAt = (row: number) => rows[row] as Buffer
  return {
    length: (row) => rowAt(row).length,
    bytes: rowAt,
    uint32: (row, offset) => rowAt(row).readUInt32LE(offset),
    copy: (row, into, at) => at + rowAt(row).copy(into, at),
  }
}
