import type { View } from '../view.ts'
import type { RowRange } from './row-ranges.ts'

export interface ViewRanges {
  readonly view: View
  readonly ranges: readonly RowRange[]
}

/** Distinct users among rows; rows without a user are not counted. */
export function countUsers(all: readonly ViewRanges[]): number {
  const users = createIdSet()
  for (const { view, ranges } of all) {
    if (ranges.length === 0) continue
    const { places, ids } = view.segment.column('users')
    const seen = new Uint8Array(ids.length)
    for (const { start, end } of ranges) for (let row = start; row < end; row++) seen[places[row] as number] = 1
    for (const place of view.hiddenUsers) seen[place] = 0
    for (let place = 1; place < ids.length; place++) if (seen[place] === 1) users.add(ids[place] as number)
  }
  return users.size()
}

/** A set of dense numbers: one bit each. */
function createIdSet() {
  let bits = new Uint32Array(1024)
  let size = 0
  return {
    add(id: number): void {
      const word = id >>> 5
      if (word >= bits.length) {
        const grown = new Uint32Array(2 ** Math.ceil(Math.log2(word + 1)))
        grown.set(bits)
        bits = grown
      }
      const bit = 1 << (id & 31)
      if (((bits[word] as number) & bit) !== 0) return
      bits[word] = (bits[word] as number) | bit
      size += 1
    },
    size: () => size,
  }
}
