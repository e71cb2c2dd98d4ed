import { createBitSet } from '../bit-set.ts'
import type { View } from '../view.ts'
import type { RowRange } from './row-ranges.ts'

export interface ViewRanges {
  readonly view: View
  readonly ranges: readonly RowRange[]
}

/** Distinct users among rows; rows without a user are not counted. */
export function countUsers(all: readonly ViewRanges[]): number {
  const users = createBitSet(0)
  for (const { view, ranges } of all) {
    if (ranges.length === 0) continue
    const { places, ids } = view.segment.column('users')
    const seen = createBitSet(ids.length)
    for (const { start, end } of ranges) for (let row = start; row < end; row++) seen.add(places[row] as number)
    for (const place of view.hiddenUsers) seen.delete(place)
    // In the order of a segment's ids, which ascend.
    seen.forEach((place) => users.add(ids[place] as number))
  }
  // Nobody is no user.
  users.delete(0)
  return users.size()
}
