/** The smallest array that holds whole numbers from 0 to `largest`. */
export function smallUints(values: ArrayLike<number>, largest: number): Uint8Array | Uint16Array | Uint32Array {
  if (largest <= 0xff) return Uint8Array.from(values)
  return largest <= 0xffff ? Uint16Array.from(values) : Uint32Array.from(values)
}
