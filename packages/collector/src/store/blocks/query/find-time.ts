import type { Segment } from '../segment.ts'

/**
 * The first row from `start` to `end`, the end not included, whose time is not before an instant; `end` if there is none. Times
 * must ascend from row to row.
 */
export function firstNotBefore({ minMs, maxMs, column }: Segment, ms: number, start: number, end: number): number {
  if (ms <= minMs) return start
  if (ms > maxMs) return end
  const { base, offsets } = column('times')
  const offset = ms - base
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((offsets[middle] as number) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The same for rows in an order of their times: places of `order`. */
export function firstPlaceNotBefore(
  { minMs, maxMs, column }: Segment,
  order: Uint32Array,
  ms: number,
  start: number,
  end: number,
): number {
  if (start === end || ms <= minMs) return start
  if (ms > maxMs) return end
  const { base, offsets } = column('times')
  const offset = ms - base
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((offsets[order[middle] as number] as number) < offset) low = middle + 1
    else high = middle
  }
  return low
}
