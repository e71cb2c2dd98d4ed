import type { Segment } from '../segment.ts'
import type { View } from '../view.ts'
import { firstNotBefore } from './find-time.ts'
import { type RowRange, rowRanges, type RowSelection } from './row-ranges.ts'
import type { CountUsers } from './count-users.ts'
import { countVisible } from './count-visible.ts'

interface Series {
  /** One count for each pair of neighbouring edges. */
  readonly counts: number[]
  /** Distinct users; events without a user are not counted. */
  readonly uniqueUsers: number
}

/** Counts a selection between edges, which ascend from its `fromMs` to its `toMs`. */
export function countSeries(
  views: readonly View[],
  selection: RowSelection,
  edgesMs: readonly number[],
  countUsers: CountUsers,
): Series {
  const counts = Array.from({ length: edgesMs.length - 1 }, () => 0)
  const ranges = views.map((view) => ({ view, ranges: rowRanges(view, selection) }))
  for (const { view, ranges: own } of ranges) {
    for (const range of own) addCounts(view, range, edgesMs, counts)
  }
  return { counts, uniqueUsers: countUsers(selection, ranges) }
}

function addCounts(view: View, { start, end }: RowRange, edgesMs: readonly number[], counts: number[]): void {
  let row = start
  for (let i = firstCountOf(view.segment, start, edgesMs); row < end && i < counts.length; i++) {
    const next = firstNotBefore(view.segment, edgesMs[i + 1] as number, row, end)
    counts[i] = (counts[i] as number) + countVisible(view, row, next)
    row = next
  }
}

/** Which count a row belongs to: known without its time where the whole segment belongs there. */
function firstCountOf({ minMs, maxMs, column }: Segment, row: number, edgesMs: readonly number[]): number {
  const earliest = lastEdgeAt(edgesMs, Math.max(minMs, edgesMs[0] as number))
  if (maxMs < (edgesMs[earliest + 1] as number)) return earliest
  const { base, offsets } = column('times')
  return lastEdgeAt(edgesMs, base + (offsets[row] as number))
}

/** The last edge that is not after an instant, which must not be before the first edge. */
function lastEdgeAt(edgesMs: readonly number[], ms: number): number {
  let [low, high] = [0, edgesMs.length]
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((edgesMs[middle] as number) <= ms) low = middle
    else high = middle
  }
  return low
}
