import type { Times } from '../segment.ts'
import type { View } from '../view.ts'
import { type ListedRow, type ListedRows, timeOf } from './listed-rows.ts'

/**
 * Merges what lists, given in the order of their numbers, have from one place to another: by (time, number). Rows of one time are in
 * the order of the lists, since no two of them overlap in numbers.
 */
export function mergeRows(lists: readonly ListedRows[], from: readonly number[], to: readonly number[]): ListedRow[] {
  const heads = lists.flatMap((list, i) => openHead(list, from[i] as number, to[i] as number))
  const merged: ListedRow[] = []
  while (heads.length > 0) {
    let earliest = 0
    for (let i = 1; i < heads.length; i++) {
      if ((heads[i]?.ms as number) < (heads[earliest]?.ms as number)) earliest = i
    }
    const head = heads[earliest] as Head
    merged.push({ view: head.view, row: head.rows[head.place] as number })
    head.place += 1
    if (head.place === head.end) heads.splice(earliest, 1)
    else head.ms = timeOf(head.times, head.rows[head.place] as number)
  }
  return merged
}

interface Head {
  readonly view: View
  readonly times: Times
  readonly rows: Uint32Array
  readonly end: number
  place: number
  ms: number
}

function openHead({ view, rows: rowsOf }: ListedRows, place: number, end: number): Head[] {
  if (place >= end) return []
  const times = view.segment.column('times')
  const rows = rowsOf()
  return [{ view, times, rows, end, place, ms: timeOf(times, rows[place] as number) }]
}
