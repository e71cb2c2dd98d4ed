import { firstPlaceNotBefore } from './find-time.ts'
import { type ListedRows, timeAt } from './listed-rows.ts'

/**
 * Where each list goes on when so many rows of all lists are behind, in the order of (time, number): found by bisecting times,
 * however many rows that skips. The lists are in the order of their numbers; `rank` is at most the rows they have.
 */
export function placesAtRank(lists: readonly ListedRows[], rank: number): number[] {
  const ms = timeAtRank(lists, rank)
  if (ms === undefined) return lists.map(({ end }) => end)
  const places = placesAt(lists, ms)
  let left = rank - rowsBefore(lists, places)
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
  for (const list of lists) {
    const { start, end } = list
    if (start === end) continue
    rows += end - start
    low = Math.min(low, timeAt(list, start))
    high = Math.max(high, timeAt(list, end - 1))
  }
  if (rank >= rows) return undefined
  // The last time that at most `rank` rows are before.
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2)
    if (rowsBefore(lists, placesAt(lists, middle)) <= rank) low = middle
    else high = middle - 1
  }
  return low
}

/** The first place of each list that is not before an instant. */
export function placesAt(lists: readonly ListedRows[], ms: number): number[] {
  return lists.map(({ times, order, start, end }) => firstPlaceNotBefore(times, order, ms, start, end))
}

function rowsBefore(lists: readonly ListedRows[], places: readonly number[]): number {
  return lists.reduce((rows, { start }, i) => rows + (places[i] as number) - start, 0)
}
