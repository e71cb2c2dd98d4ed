/** Values of a column at some rows. */
export function gather(column: ArrayLike<number>, rows: Uint32Array): Float64Array {
  const values = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) values[i] = column[rows[i] as number] as number
  return values
}
