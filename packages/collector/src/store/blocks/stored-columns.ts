import { toDirectory, unpackDirectory } from './directory-part.ts'
import type { Sized } from './lru-cache.ts'
import { type ColumnValues, endOfColumn, type UnpackedColumn, unpackColumn, unpackedUints } from './packed-column.ts'
import { createRowsOfUser } from './rows-of-user.ts'
import type { Columns, PageColumn, Times, UserColumn } from './segment.ts'
import { SLOT } from './segment-slots.ts'
import { smallUints } from './small-uints.ts'
import { createTextReader } from './text-reader.ts'
import { timeOrderOf, userOrderOf } from './time-order.ts'
import { mayHoldUser, userFilterOf } from './user-filter.ts'
import type { UserTexts } from './user-texts.ts'

/** Where a segment's columns are made of. */
export interface ColumnSource {
  readonly rows: number
  readonly texts: UserTexts
  /** Bytes of a part; `likelyBytes`: what they will be, about. */
  part(slot: number, likelyBytes?: number): Buffer
  /** Columns that others are made of. */
  column<K extends keyof Columns>(kind: K): Columns[K]
  /** A column if it is in memory. */
  columnAtHand<K extends keyof Columns>(kind: K): Columns[K] | undefined
}

type ReadColumns = { readonly [K in keyof Columns]: (source: ColumnSource) => Sized<Columns[K]> }

/** What an entry of the cache takes besides its arrays, and a text besides its characters, about. */
const ENTRY_BYTES = 200
const TEXT_BYTES = 60

/** Reads columns as `buildSegment` wrote them. */
export const READ_COLUMNS: ReadColumns = {
  directory({ part, rows }) {
    const groups = unpackDirectory(part(SLOT.directory))
    const characters = groups.reduce((sum, { name }) => sum + name.length, 0)
    return { value: toDirectory(groups, rows), bytes: ENTRY_BYTES + 4 * TEXT_BYTES * groups.length + 2 * characters }
  },
  times({ part, rows }) {
    const value = asTimes(unpackColumn(part(SLOT.times, wordsBytes(rows))))
    return { value, bytes: ENTRY_BYTES + value.offsets.byteLength }
  },
  users({ part, texts }) {
    const bytes = part(SLOT.users)
    const column = unpackColumn(bytes)
    const value = asUsers(asPlaces(column), unpackedUints(unpackColumn(bytes, column.end)), texts)
    return { value, bytes: ENTRY_BYTES + value.places.byteLength + value.ids.byteLength }
  },
  mayHaveUser({ part, columnAtHand, texts }) {
    // Where the column is not in memory, it would take the room of what is wanted of other segments.
    const filter = userFilterOf(columnAtHand('users')?.ids ?? idsOfUsers(part(SLOT.users)))
    const value: Columns['mayHaveUser'] = (project, text) => {
      const id = texts.find(project, text)
      return id !== 0 && mayHoldUser(filter, id)
    }
    return { value, bytes: ENTRY_BYTES + filter.byteLength }
  },
  pages({ part }) {
    const bytes = part(SLOT.pages)
    const column = unpackColumn(bytes)
    const value: PageColumn = { places: asPlaces(column), texts: createTextReader(bytes, column.end).list() }
    const textBytes = value.texts.reduce((sum, text) => sum + TEXT_BYTES + 2 * text.length, 0)
    return { value, bytes: ENTRY_BYTES + value.places.byteLength + textBytes }
  },
  numbers({ part, rows }) {
    const value = unpackedUints(unpackColumn(part(SLOT.numbers, wordsBytes(rows))))
    return { value, bytes: ENTRY_BYTES + value.byteLength }
  },
  timeOrder({ part }) {
    const starts = unpackDirectory(part(SLOT.directory)).map(({ start }) => start)
    const groups = unpackColumn(part(SLOT.timeGroups))
    const value = timeOrderOf(asPlaces(groups), starts)
    return { value, bytes: ENTRY_BYTES + value.byteLength }
  },
  userOrder({ column }) {
    const { places, ids } = column('users')
    const value = userOrderOf(column('timeOrder'), places, ids.length)
    return { value, bytes: ENTRY_BYTES + value.rows.byteLength + value.starts.byteLength }
  },
}

function idsOfUsers(bytes: Buffer): Uint32Array {
  return unpackedUints(unpackColumn(bytes, endOfColumn(bytes)))
}

/** A column of four bytes a row, its head, and a byte more, so that the engine need not ask whether there is more. */
function wordsBytes(rows: number): number {
  return 4 * rows + 17
}

function asTimes({ base, values }: UnpackedColumn): Times {
  if (values instanceof Float64Array || values instanceof Uint32Array) return { base, offsets: values }
  return { base, offsets: Uint32Array.from(values) }
}

/** Places count from 0, also where none of the rows has place 0. */
function asPlaces(column: UnpackedColumn): Exclude<ColumnValues, Float64Array> {
  const { base, values } = column
  if (values instanceof Float64Array || values instanceof Uint32Array) return unpackedUints(column)
  if (base === 0) return values
  let largest = 0
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] as number)
  return smallUints(unpackedUints(column), base + largest)
}

function asUsers(places: UserColumn['places'], ids: Uint32Array, texts: UserTexts): UserColumn {
  return {
    places,
    ids,
    largestId: ids.at(-1) as number,
    text: (place) => texts.text(ids[place] as number),
    find(project, text) {
      const id = texts.find(project, text)
      const place = lowerBound(ids, id)
      return ids[place] === id ? place : 0
    },
    rowsOf: createRowsOfUser(places),
  }
}

/** First place whose value is no smaller. */
function lowerBound(ascending: Uint32Array, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
