import type { Times } from '../segment.ts'
import type { View } from '../view.ts'
import { firstPlaceNotBefore } from './find-time.ts'
import { rowRanges } from './row-ranges.ts'

/** Rows of a view in the order of (time, number), hidden ones left out: places `start` to `end` of `order`. */
export interface ListedRows {
  readonly view: View
  readonly times: Times
  readonly order: Uint32Array
  readonly start: number
  readonly end: number
}

/** A row of a view, in a list over all views. */
export interface ListedRow {
  readonly view: View
  readonly row: number
}

const ALL_ROWS = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
const NO_ROWS = new Uint32Array(0)

/** Where a user has fewer rows than so many, as a rule, they are looked for: an order of all by user would be large and soon forgotten. */
const ROWS_WORTH_ORDER = 8

/** All events but the SDK's own drop reports. */
export function listRows(view: View): ListedRows {
  return withoutHidden({
    view,
    times: view.segment.column('times'),
    order: view.segment.column('timeOrder'),
    start: view.orderStart,
    end: view.orderEnd,
  })
}

/** Those of a user. */
export function listUserRows(view: View, project: number, userId: string): ListedRows {
  const times = view.segment.column('times')
  const place = view.segment.column('users').find(project, userId)
  // Most segments have no rows of most users: the order by user is made where it is needed.
  if (place === 0 || view.hiddenUsers.has(place)) return { view, times, order: NO_ROWS, start: 0, end: 0 }
  const { ids } = view.segment.column('users')
  if (ids.length * ROWS_WORTH_ORDER > view.segment.rows) return findUserRows(view, place)
  const { rows: order, starts } = view.segment.column('userOrder')
  const [start, end] = [starts[place] as number, starts[place + 1] as number]
  return { view, times, order, start: firstPlaceNotBefore(times, order, view.hiddenBefore, start, end), end }
}

function findUserRows(view: View, place: number): ListedRows {
  const { places } = view.segment.column('users')
  const times = view.segment.column('times')
  const numbers = view.segment.column('numbers')
  const ranges = rowRanges(view, ALL_ROWS)
  const found: number[] = []
  // The engine's own search is much faster than a loop.
  for (let row = places.indexOf(place), i = 0; row >= 0; row = places.indexOf(place, row + 1)) {
    while (row >= (ranges[i]?.end ?? Infinity)) i += 1
    if (row >= (ranges[i]?.start ?? Infinity)) found.push(row)
  }
  const order = Uint32Array.from(found).sort(
    (a, b) =>
      (times.offsets[a] as number) - (times.offsets[b] as number) || (numbers[a] as number) - (numbers[b] as number),
  )
  return { view, times, order, start: 0, end: order.length }
}

function withoutHidden({ view, times, order, start, end }: ListedRows): ListedRows {
  const first = firstPlaceNotBefore(times, order, view.hiddenBefore, start, end)
  if (view.hiddenUsers.size === 0) return { view, times, order, start: first, end }
  const { places } = view.segment.column('users')
  const visible = order.subarray(first, end).filter((row) => !view.hiddenUsers.has(places[row] as number))
  return { view, times, order: visible, start: 0, end: visible.length }
}

/** Time of the row at a place. */
export function timeAt({ times, order }: ListedRows, place: number): number {
  return times.base + (times.offsets[order[place] as number] as number)
}

/**
 * Merges lists, given in the order of their numbers, from a place in each on: the first rows by (time, number). Rows of one
 * time are in the order of the lists, since no two of them overlap in numbers.
 */
export function mergeFrom(lists: readonly ListedRows[], from: readonly number[], limit: number): ListedRow[] {
  const heads = lists.map((list, i) => createHead(list, from[i] as number)).filter(({ ms }) => ms !== undefined)
  const merged: ListedRow[] = []
  while (merged.length < limit && heads.length > 0) {
    let earliest = 0
    for (let i = 1; i < heads.length; i++) {
      if ((heads[i]?.ms as number) < (heads[earliest]?.ms as number)) earliest = i
    }
    const head = heads[earliest] as Head
    merged.push({ view: head.list.view, row: head.list.order[head.place] as number })
    head.place += 1
    head.ms = msAt(head.list, head.place)
    if (head.ms === undefined) heads.splice(earliest, 1)
  }
  return merged
}

interface Head {
  readonly list: ListedRows
  place: number
  /** `undefined` at the end of the list. */
  ms: number | undefined
}

function createHead(list: ListedRows, place: number): Head {
  return { list, place, ms: msAt(list, place) }
}

function msAt(list: ListedRows, place: number): number | undefined {
  return place < list.end ? timeAt(list, place) : undefined
}
