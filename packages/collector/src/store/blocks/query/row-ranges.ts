import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { View } from '../view.ts'
import { firstNotBefore } from './find-time.ts'

/** Which events to look at. Instants are milliseconds since 1970; the window is half-open. */
export interface RowSelection {
  /** All events if left out, except the SDK's own drop reports. */
  readonly eventName?: string | undefined
  readonly fromMs: number
  readonly toMs: number
}

/** Rows of one name, `start` to `end`, the end not included: their times ascend. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

/** The rows of a selection that no erasure by time hides; those of hidden users are among them. */
export function rowRanges(view: View, { eventName, fromMs, toMs }: RowSelection): readonly RowRange[] {
  const visibleFromMs = Math.max(fromMs, view.hiddenBefore)
  const ranges: RowRange[] = []
  if (view.segment.maxMs < visibleFromMs || view.segment.minMs >= toMs) return ranges
  view.names.forEach((name, i) => {
    if (eventName === undefined ? name === DROPPED_EVENT_NAME : name !== eventName) return
    const [first, last] = [view.starts[i] as number, view.starts[i + 1] as number]
    const start = firstNotBefore(view.segment, visibleFromMs, first, last)
    const end = firstNotBefore(view.segment, toMs, start, last)
    if (start < end) ranges.push({ start, end })
  })
  return ranges
}
