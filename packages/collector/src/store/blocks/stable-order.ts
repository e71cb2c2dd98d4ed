/** Places of values by their size; equal ones in the order that they have. */
export function orderOf(values: Float64Array): Uint32Array {
  const count = values.length
  const order = new Uint32Array(count)
  let smallest = Infinity
  let largest = -Infinity
  let isSorted = true
  for (let i = 0; i < count; i++) {
    const value = values[i] as number
    if (value < largest) isSorted = false
    if (value > largest) largest = value
    if (value < smallest) smallest = value
    order[i] = i
  }
  if (isSorted) return order
  // Value and place in one double, while it has bits for both: such an array is sorted natively.
  const places = 2 ** Math.ceil(Math.log2(count))
  if ((largest - smallest + 1) * places > Number.MAX_SAFE_INTEGER) {
    return order.sort((a, b) => (values[a] as number) - (values[b] as number))
  }
  const both = new Float64Array(count)
  for (let i = 0; i < count; i++) both[i] = ((values[i] as number) - smallest) * places + i
  both.sort()
  for (let i = 0; i < count; i++) order[i] = (both[i] as number) % places
  return order
}
