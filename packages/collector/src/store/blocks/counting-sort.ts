/** Where the rows of each key begin when they are sorted by it, and one more: how many rows there are. Keys are below `keys`. */
export function countStarts(keyOfRow: ArrayLike<number>, keys: number): Uint32Array {
  const starts = new Uint32Array(keys + 1)
  for (let row = 0; row < keyOfRow.length; row++) {
    const after = (keyOfRow[row] as number) + 1
    starts[after] = (starts[after] as number) + 1
  }
  for (let key = 1; key <= keys; key++) starts[key] = (starts[key] as number) + (starts[key - 1] as number)
  return starts
}

/** Rows by their keys, those of one key in the order that they have. `starts` may leave room for no other rows. */
export function sortByKey(rows: Uint32Array, keyOfRow: ArrayLike<number>, starts: Uint32Array): Uint32Array {
  const next = starts.slice()
  const sorted = new Uint32Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number
    const key = keyOfRow[row] as number
    const place = next[key] as number
    sorted[place] = row
    next[key] = place + 1
  }
  return sorted
}
