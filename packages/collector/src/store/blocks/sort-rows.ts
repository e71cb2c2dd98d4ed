import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { BlockRows } from './block-rows.ts'
import { countStarts, sortByKey } from './counting-sort.ts'
import { orderOf } from './stable-order.ts'

/** What rows are sorted by, in the order of their numbers. */
type RowKeys = Pick<BlockRows, 'length' | 'projects' | 'names' | 'times'>

/** Where the rows of blocks go in a segment. */
export interface SortedRows {
  /** By row of the segment: the row in the blocks. */
  readonly sources: Uint32Array
  /** In the order of their rows. */
  readonly groups: readonly Group[]
  /** Groups of the rows by (project, time, number), without drop reports: from them follows `Columns.timeOrder`. */
  readonly timeGroups: Uint32Array
}

/** A project's rows of one name: from `start` to the next group's. */
export interface Group {
  readonly project: number
  readonly name: string
  readonly start: number
}

/** Sorts rows by (project, name, time, number): names bytewise by UTF-8. */
export function sortRows(rows: RowKeys): SortedRows {
  const { names, groupOfRow } = groupRows(rows)
  const starts = countStarts(groupOfRow, names.length)
  const byTime = orderOf(rows.times)
  return {
    sources: sortByKey(byTime, groupOfRow, starts),
    groups: names.map(({ project, name }, group) => ({ project, name, start: starts[group] as number })),
    timeGroups: groupsByTime(byTime, groupOfRow, names),
  }
}

interface NameOfProject {
  readonly project: number
  readonly name: string
  readonly key: number
}

function groupRows({ length, projects, names: { texts, places } }: RowKeys) {
  const known = new Map<number, number>()
  const found: NameOfProject[] = []
  const groupOfRow = new Uint32Array(length)
  for (let row = 0; row < length; row++) {
    const project = projects[row] as number
    const place = places[row] as number
    const key = project * texts.length + place
    let group = known.get(key)
    if (group === undefined) {
      group = found.push({ project, name: texts[place] as string, key }) - 1
      known.set(key, group)
    }
    groupOfRow[row] = group
  }
  const bytes = new Map(texts.map((name) => [name, Buffer.from(name)]))
  const bytesOf = ({ name }: NameOfProject) => bytes.get(name) as Buffer
  const names = found.toSorted((a, b) => a.project - b.project || Buffer.compare(bytesOf(a), bytesOf(b)))
  const rank = new Uint32Array(names.length)
  for (const [i, { key }] of names.entries()) rank[known.get(key) as number] = i
  for (let row = 0; row < length; row++) groupOfRow[row] = rank[groupOfRow[row] as number] as number
  return { groupOfRow, names }
}

function groupsByTime(byTime: Uint32Array, groupOfRow: Uint32Array, names: readonly NameOfProject[]): Uint32Array {
  let project = -1
  const projectOfGroup = names.map((name, group) => {
    if (name.project !== names[group - 1]?.project) project++
    return project
  })
  const projectOfRow = groupOfRow.map((group) => projectOfGroup[group] as number)
  const sorted = sortByKey(byTime, projectOfRow, countStarts(projectOfRow, project + 1))
  const isListed = names.map(({ name }) => name !== DROPPED_EVENT_NAME)
  let listed = 0
  for (let i = 0; i < sorted.length; i++) {
    const group = groupOfRow[sorted[i] as number] as number
    if (isListed[group]) sorted[listed++] = group
  }
  return sorted.subarray(0, listed)
}
