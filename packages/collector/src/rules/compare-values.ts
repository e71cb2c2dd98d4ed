/** MongoDB's equality of JSON values: never across types, members of objects in the same order. */
export function valuesEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  const right = Object.entries(b)
  return (
    left.length === right.length &&
    left.every(([name, value], i) => {
      const [otherName, otherValue] = right[i] as [string, unknown]
      return name === otherName && valuesEqual(value, otherValue)
    })
  )
}

/**
 * Negative, zero or positive as `a` is before, level with or after `b`; `undefined` for values of different types,
 * which MongoDB never orders by a condition. Texts compare by their UTF-8 bytes.
 */
export function orderOf(a: unknown, b: string | number | boolean): number | undefined {
  if (typeof a !== typeof b) return undefined
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  return Number(a) - Number(b)
}
