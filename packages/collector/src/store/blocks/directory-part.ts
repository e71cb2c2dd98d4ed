import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Directory } from './segment.ts'
import type { Group } from './sort-rows.ts'
import { createTextReader } from './text-reader.ts'

/** Groups by project, as queries take them. `rows` is how many the segment has. */
export function toDirectory(groups: readonly Group[], rows: number): Directory {
  const byProject = new Map<number, { names: string[]; starts: number[]; orderStart: number; orderEnd: number }>()
  let orderEnd = 0
  for (const [i, { project, name, start }] of groups.entries()) {
    let entry = byProject.get(project)
    if (entry === undefined) {
      entry = { names: [], starts: [start], orderStart: orderEnd, orderEnd }
      byProject.set(project, entry)
    }
    const end = groups[i + 1]?.start ?? rows
    if (name !== DROPPED_EVENT_NAME) orderEnd += end - start
    entry.names.push(name)
    entry.starts.push(end)
    entry.orderEnd = orderEnd
  }
  return byProject
}

export function packDirectory(groups: readonly Group[]): Buffer {
  return Buffer.concat([
    uints(groups.length),
    ...groups.flatMap(({ project, name, start }) => [
      uints(project, start, Buffer.byteLength(name)),
      Buffer.from(name),
    ]),
  ])
}

export function unpackDirectory(bytes: Buffer): readonly Group[] {
  const reader = createTextReader(bytes, 0)
  return Array.from({ length: reader.uint() }, () => {
    const project = reader.uint()
    const start = reader.uint()
    return { project, start, name: reader.text() }
  })
}

function uints(...values: number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer)
}
