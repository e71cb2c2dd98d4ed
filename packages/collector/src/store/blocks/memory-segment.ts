import type { BlockRows } from './block-rows.ts'
import { toDirectory } from './directory-part.ts'
import { gather } from './gather.ts'
import { usersOfRows } from './row-users.ts'
import { createRowsOfUser } from './rows-of-user.ts'
import type { Columns, EventContent, Segment, Times, UserColumn, UserOrder } from './segment.ts'
import { smallUints } from './small-uints.ts'
import { sortRows } from './sort-rows.ts'
import type { TailUser, TailUsers } from './tail-users.ts'
import { boundsOf, type TimeBounds } from './time-bounds.ts'
import { timeOrderOf, userOrderOf } from './time-order.ts'

/** A segment of events that are still in blocks: columns in memory, without what is not in columns. */
export interface MemorySegment extends Segment {
  readonly users: readonly TailUser[]
}

/** What segments in memory share. */
export interface MemorySource {
  readonly tailUsers: TailUsers
  /** Reads events' content by their numbers. */
  readonly readContent: (numbers: readonly number[]) => EventContent[]
}

const MAX_U32 = 0xffff_ffff

/** `first` and `last` are the numbers that it covers, those of rows left out too. */
export function createMemorySegment(
  { first, last }: Pick<Segment, 'first' | 'last'>,
  rows: BlockRows,
  { tailUsers, readContent }: MemorySource,
): MemorySegment {
  const { sources, groups, timeGroups } = sortRows(rows)
  const bySource = (column: ArrayLike<number>) => gather(column, sources)
  const found = usersOfRows(rows)
  const users = found.users.map((user, place) => (place === 0 ? { ...user, id: 0 } : tailUsers.user(user)))
  const places = smallUints(bySource(found.places), users.length)
  const userColumn = createUserColumn(places, users, tailUsers)

  const directory = toDirectory(groups, rows.length)
  const bounds = boundsOf(rows.times)
  const times = timesOf(bySource(rows.times), bounds)
  const numbers = Uint32Array.from(bySource(rows.numbers), (number) => number - first)
  const { texts } = rows.pages
  const pages = { texts, places: smallUints(bySource(rows.pages.places), texts.length) }
  const timeOrder = timeOrderOf(
    timeGroups,
    groups.map(({ start }) => start),
  )
  let userOrder: UserOrder | undefined
  const mayHaveUser: Columns['mayHaveUser'] = (project, text) => tailUsers.find(project, text) !== undefined
  const columns: { readonly [K in keyof Columns]: () => Columns[K] } = {
    directory: () => directory,
    times: () => times,
    users: userColumn,
    mayHaveUser: () => mayHaveUser,
    pages: () => pages,
    numbers: () => numbers,
    timeOrder: () => timeOrder,
    userOrder: () => (userOrder ??= userOrderOf(timeOrder, places, users.length)),
  }
  return {
    id: undefined,
    first,
    last,
    rows: rows.length,
    ...bounds,
    users,
    column: (kind) => columns[kind](),
    content: (asked) => readContent(asked.map((row) => first + (numbers[row] as number))),
  }
}

function timesOf(times: Float64Array, { minMs, maxMs }: TimeBounds): Times {
  if (maxMs - minMs > MAX_U32) return { base: 0, offsets: times }
  return { base: minMs, offsets: Uint32Array.from(times, (time) => time - minMs) }
}

/** Users are looked up when they are first asked for: most questions are about times alone. */
function createUserColumn(
  places: UserColumn['places'],
  users: readonly TailUser[],
  tailUsers: TailUsers,
): () => UserColumn {
  let generation = -1
  let column: UserColumn
  const text = (place: number) => (users[place] as TailUser).text
  const find = (project: number, userId: string) => {
    const user = tailUsers.find(project, userId)
    return user === undefined ? 0 : Math.max(users.indexOf(user), 0)
  }
  const rowsOf = createRowsOfUser(places)
  return () => {
    if (generation !== tailUsers.generation()) {
      generation = tailUsers.generation()
      const ids = Uint32Array.from(users, (user, place) => (place === 0 ? 0 : tailUsers.idOf(user)))
      const largestId = ids.reduce((largest, id) => Math.max(largest, id))
      column = { places, text, find, ids, largestId, rowsOf }
    }
    return column
  }
}
