import type { Database } from 'better-sqlite3'
import type { BlockRows } from './block-rows.ts'
import type { Segment } from './segment.ts'

/** A row of `erasure`: hides events with numbers up to `upTo`, by time or by user. */
export interface Erasure {
  readonly id: number
  readonly project: number
  readonly upTo: number
  readonly before: number | null
  readonly userId: string | null
}

/** What is hidden of a segment's rows of one project. */
export interface Hidden {
  /** Earlier times; `-Infinity` for none. */
  readonly before: number
  /** Places of users. */
  readonly users: ReadonlySet<number>
}

/** What erasures hide. */
export interface Erasures {
  /** Id of the last of them; 0 for none. */
  readonly lastId: number
  /** Rows of a block that stay; `undefined` for all. */
  keptRows(block: BlockRows): Uint32Array | undefined
  /** Whether a later one than `erasedTo` hides rows of a part of the numbers only: by numbers, not by time or user. */
  cut(numbers: { readonly first: number; readonly last: number }, erasedTo: number): boolean
  /** `erasedTo`: id of the last erasure whose rows the segment was made without. */
  hiddenIn(segment: Segment, erasedTo: number, project: number): Hidden
}

const NOTHING: Hidden = { before: -Infinity, users: new Set() }

/** Reads a file's erasures. To be called in the transaction in which they are used. */
export function createReadErasures(db: Database): () => Erasures {
  const select = db.prepare<[], Erasure>(
    'SELECT id, project, up_to AS upTo, before, user_id AS userId FROM erasure ORDER BY id',
  )
  return () => createErasures(select.all())
}

/** `erasures` in the order of their ids. */
export function createErasures(erasures: readonly Erasure[]): Erasures {
  const byProject = new Map<number, Erasure[]>()
  for (const erasure of erasures) byProject.set(erasure.project, [...(byProject.get(erasure.project) ?? []), erasure])
  const rowTests = new Map(Array.from(byProject, ([project, some]) => [project, createRowTest(some)]))
  const lastUpTo = erasures.reduce((last, { upTo }) => Math.max(last, upTo), 0)
  return {
    lastId: erasures.at(-1)?.id ?? 0,
    keptRows(block) {
      if (block.length === 0 || (block.numbers[0] as number) > lastUpTo) return undefined
      const { numbers, times, projects, users } = block
      const rows = new Uint32Array(block.length)
      let kept = 0
      for (let row = 0; row < block.length; row++) {
        const place = users.places[row] as number
        const user = place === 0 ? null : (users.texts[place] as string)
        const isHidden = rowTests.get(projects[row] as number)?.(numbers[row] as number, times[row] as number, user)
        if (isHidden !== true) rows[kept++] = row
      }
      return kept === block.length ? undefined : rows.subarray(0, kept)
    },
    cut: ({ first, last }, erasedTo) => erasures.some(({ id, upTo }) => id > erasedTo && first <= upTo && upTo < last),
    hiddenIn(segment, erasedTo, project) {
      const some = byProject.get(project)?.filter(({ id, upTo }) => id > erasedTo && upTo >= segment.last) ?? []
      if (some.length === 0) return NOTHING
      const users = new Set(
        some.map(({ userId }) =>
          userId !== null && segment.column('mayHaveUser')(project, userId)
            ? segment.column('users').find(project, userId)
            : 0,
        ),
      )
      users.delete(0)
      return { before: Math.max(...some.map(({ before }) => before ?? -Infinity)), users }
    },
  }
}

type RowTest = (number: number, time: number, user: string | null) => boolean

/** Tells whether erasures of the row's project hide it. */
function createRowTest(erasures: readonly Erasure[]): RowTest {
  const byTime = erasures.filter(({ before }) => before !== null)
  const byUser = new Map<string, number>()
  for (const { userId, upTo } of erasures) {
    if (userId !== null) byUser.set(userId, Math.max(upTo, byUser.get(userId) ?? 0))
  }
  return (number, time, user) =>
    (user !== null && number <= (byUser.get(user) ?? 0)) ||
    byTime.some(({ upTo, before }) => number <= upTo && time < (before as number))
}
