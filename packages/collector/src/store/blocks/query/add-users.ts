import { addMapped, type BitSet, remove, setOf, withRoomFor } from '../bit-set.ts'
import type { View } from '../view.ts'
import type { RowRange } from './row-ranges.ts'

export interface ViewRanges {
  readonly view: View
  readonly ranges: readonly RowRange[]
}

/** Adds the ids of users of some rows, 0 where one has none, to a set, or to a larger one. */
export function addUsers(users: BitSet, { view, ranges }: ViewRanges): BitSet {
  if (ranges.length === 0) return users
  // Once a view: where columns do not fit into memory they would be read again.
  const { places, ids, largestId } = view.segment.column('users')
  const seen = setOf(places, ranges, ids.length)
  for (const place of view.hiddenUsers) remove(seen, place)
  const grown = withRoomFor(users, largestId)
  addMapped(grown, seen, ids)
  return grown
}
