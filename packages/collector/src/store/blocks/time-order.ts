import { countStarts, sortByKey } from './counting-sort.ts'
import type { UserOrder } from './segment.ts'

/** Rows by (project, time, number), from the groups of these rows: within a group, rows are in the order of their times. */
export function timeOrderOf(timeGroups: ArrayLike<number>, groupStarts: readonly number[]): Uint32Array {
  const next = Uint32Array.from(groupStarts)
  const rows = new Uint32Array(timeGroups.length)
  for (let place = 0; place < rows.length; place++) {
    const group = timeGroups[place] as number
    const row = next[group] as number
    rows[place] = row
    next[group] = row + 1
  }
  return rows
}

/** The same rows by user; those without one are left out. `users` is how many places there are. */
export function userOrderOf(timeOrder: Uint32Array, places: ArrayLike<number>, users: number): UserOrder {
  const withUser = new Uint32Array(timeOrder.length)
  const placeOf = new Uint32Array(timeOrder.length)
  let count = 0
  for (let i = 0; i < timeOrder.length; i++) {
    const row = timeOrder[i] as number
    const place = places[row] as number
    if (place === 0) continue
    placeOf[count] = place
    withUser[count++] = row
  }
  const starts = countStarts(placeOf.subarray(0, count), users)
  return { rows: sortByKey(withUser.subarray(0, count), places, starts), starts }
}
