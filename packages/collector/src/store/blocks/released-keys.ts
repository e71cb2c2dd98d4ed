import type { Database } from 'better-sqlite3'
import { isBefore } from './claim-key.ts'

interface TimeErasure {
  readonly upTo: number
  readonly before: number
}

/** Whether an erasure by time released the key of a project's event with that number or a lower one. */
export type IsReleased = (project: number, seconds: number, number: number) => boolean

export function loadReleasedKeys(db: Database): IsReleased {
  const erasures = new Map<number, TimeErasure[]>()
  const rows = db
    .prepare<[], TimeErasure & { project: number }>(
      'SELECT project, up_to AS upTo, before FROM erasure WHERE before IS NOT NULL',
    )
    .all()
  for (const { project, upTo, before } of rows) {
    const of = erasures.get(project) ?? []
    of.push({ upTo, before })
    erasures.set(project, of)
  }
  return (project, seconds, number) =>
    erasures.get(project)?.some(({ upTo, before }) => number <= upTo && isBefore(seconds, before)) ?? false
}
