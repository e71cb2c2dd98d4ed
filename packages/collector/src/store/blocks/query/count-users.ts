import { addMapped, newBitSet, remove, setOf, sizeOf, withRoomFor } from '../bit-set.ts'
import type { View } from '../view.ts'
import type { RowRange } from './row-ranges.ts'

export interface ViewRanges {
  readonly view: View
  readonly ranges: readonly RowRange[]
}

/** Distinct users among rows; rows without a user are not counted. */
export function countUsers(all: readonly ViewRanges[]): number {
  let users = newBitSet(0)
  for (const { view, ranges } of all) {
    if (ranges.length === 0) continue
    // Once a view: where columns do not fit into memory they would be read again.
    const { places, ids, largestId } = view.segment.column('users')
    const seen = setOf(places, ranges, ids.length)
    for (const place of view.hiddenUsers) remove(seen, place)
    users = withRoomFor(users, largestId)
    addMapped(users, seen, ids)
  }
  // Nobody is no user.
  remove(users, 0)
  return sizeOf(users)
}
