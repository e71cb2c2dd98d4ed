import type { ListedRows } from './listed-rows.ts'

/**
 * Where each list goes on when so many rows of all lists are behind, in the order of (time, number): found by bisecting times,
 * however many rows that skips. The lists are in the order of their numbers. Beyond the last row: where they end.
 */
export function placesAtRank(lists: readonly ListedRows[], rank: number): number[] {
  if (rank === 0) return lists.map(() => 0)
  const ms = timeAtRank(lists, rank)
  if (ms === undefined) return lists.map(({ length }) => length)
  const places = placesAt(lists, ms)
  let left = rank - sumOf(places)
  // What is left are rows of that very time, list after list.
  const after = placesAt(lists, ms + 1)
  return places.map((place, i) => {
    const taken = Math.min(left, (after[i] as number) - place)
    left -= taken
    return place + taken
  })
}

/** The time of the row at a rank; `undefined` when no row is left. */
function timeAtRank(lists: readonly ListedRows[], rank: number): number | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let rows = 0
  for (const { length, view } of lists) {
    if (length === 0) continue
    rows += length
    low = Math.min(low, view.segment.minMs)
    high = Math.max(high, view.segment.maxMs)
  }
  if (rank >= rows) return undefined
  // The last time that at most `rank` rows are before.
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2)
    if (sumOf(placesAt(lists, middle)) <= rank) low = middle
    else high = middle - 1
  }
  return low
}

/** The first place of each list that is not before an instant. */
export function placesAt(lists: readonly ListedRows[], ms: number): number[] {
  return lists.map((list) => list.countBefore(ms))
}

export function sumOf(places: readonly number[]): number {
  return places.reduce((sum, place) => sum + place, 0)
}
