import { addMapped, newBitSet, remove, setOf, sizeOf } from '../bit-set.ts'
import type { View } from '../view.ts'
import type { RowRange } from './row-ranges.ts'

export interface ViewRanges {
  readonly view: View
  readonly ranges: readonly RowRange[]
}

/** Distinct users among rows; rows without a user are not counted. */
export function countUsers(all: readonly ViewRanges[]): number {
  const asked = all.filter(({ ranges }) => ranges.length > 0)
  const users = newBitSet(asked.reduce((largest, { view }) => Math.max(largest, usersOf(view).largestId), 0))
  for (const { view, ranges } of asked) {
    const { places, ids } = usersOf(view)
    const seen = setOf(places, ranges, ids.length)
    for (const place of view.hiddenUsers) remove(seen, place)
    addMapped(users, seen, ids)
  }
  // Nobody is no user.
  remove(users, 0)
  return sizeOf(users)
}

function usersOf({ segment }: View) {
  return segment.column('users')
}
