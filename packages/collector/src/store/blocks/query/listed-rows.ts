import type { Times } from '../segment.ts'
import type { View } from '../view.ts'
import { firstNotBefore, firstPlaceNotBefore } from './find-time.ts'
import { rowRanges } from './row-ranges.ts'

/** Rows of a view in the order of (time, number), hidden ones left out. A place is one of `length`, from 0 on. */
export interface ListedRows {
  readonly view: View
  readonly length: number
  /** How many rows are before an instant. */
  countBefore(ms: number): number
  /** Its rows: large, so that it is asked for only where rows are taken. */
  rows(): Uint32Array
}

/** A row of a view, in a list over all views. */
export interface ListedRow {
  readonly view: View
  readonly row: number
}

const ALL_ROWS = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
const NO_ROWS = new Uint32Array(0)

/** To look for an instant in the rows of each of so many names takes a fraction of a millisecond, segment for segment. */
const FEW_NAMES = 64

/** Where a user has fewer rows than so many, as a rule, they are looked for: an order of all by user would be large and soon forgotten. */
const ROWS_WORTH_ORDER = 8

/** All events but the SDK's own drop reports. */
export function listRows(view: View): ListedRows {
  const { segment, hiddenBefore, hiddenUsers, orderStart, orderEnd } = view
  if (hiddenUsers.size === 0) return listByName(view)
  const order = segment.column('timeOrder')
  const rows = order.subarray(firstPlaceNotBefore(segment, order, hiddenBefore, orderStart, orderEnd), orderEnd)
  const { places } = segment.column('users')
  return listOrdered(
    view,
    rows.filter((row) => !hiddenUsers.has(places[row] as number)),
  )
}

/** Those of a user. */
export function listUserRows(view: View, userId: string): ListedRows {
  const { project, segment, hiddenBefore, hiddenUsers } = view
  const place = segment.column('users').find(project, userId)
  if (place === 0 || hiddenUsers.has(place)) return listOrdered(view, NO_ROWS)
  const { ids } = segment.column('users')
  if (ids.length * ROWS_WORTH_ORDER > segment.rows) return listOrdered(view, findUserRows(view, place))
  const { rows, starts } = segment.column('userOrder')
  const [start, end] = [starts[place] as number, starts[place + 1] as number]
  const visible = firstPlaceNotBefore(segment, rows, hiddenBefore, start, end)
  return listOrdered(view, rows.subarray(visible, end))
}

/** All rows: where an instant is among them is known from the rows of each name, without the order of all, unless names are many. */
function listByName(view: View): ListedRows {
  const { segment, orderEnd } = view
  const ranges = rowRanges(view, ALL_ROWS)
  const length = ranges.reduce((rows, { start, end }) => rows + end - start, 0)
  // What is hidden is before all others.
  const rows = () => segment.column('timeOrder').subarray(orderEnd - length, orderEnd)
  return {
    view,
    length,
    countBefore(ms) {
      if (ms <= segment.minMs) return 0
      if (ms > segment.maxMs) return length
      if (ranges.length > FEW_NAMES) return firstPlaceNotBefore(segment, rows(), ms, 0, length)
      return ranges.reduce((count, { start, end }) => count + firstNotBefore(segment, ms, start, end) - start, 0)
    },
    rows,
  }
}

/** `rows` are in order. */
function listOrdered(view: View, rows: Uint32Array): ListedRows {
  const { length } = rows
  return { view, length, countBefore: (ms) => firstPlaceNotBefore(view.segment, rows, ms, 0, length), rows: () => rows }
}

/** Time of a row, in milliseconds since 1970. */
export function timeOf({ base, offsets }: Times, row: number): number {
  return base + (offsets[row] as number)
}

function findUserRows(view: View, place: number): Uint32Array {
  const { segment } = view
  const times = segment.column('times')
  const numbers = segment.column('numbers')
  const ranges = rowRanges(view, ALL_ROWS)
  let i = 0
  const isVisible = (row: number) => {
    while (row >= (ranges[i]?.end ?? Infinity)) i += 1
    return row >= (ranges[i]?.start ?? Infinity)
  }
  return segment
    .column('users')
    .rowsOf(place)
    .filter(isVisible)
    .sort(
      (a, b) =>
        (times.offsets[a] as number) - (times.offsets[b] as number) || (numbers[a] as number) - (numbers[b] as number),
    )
}
