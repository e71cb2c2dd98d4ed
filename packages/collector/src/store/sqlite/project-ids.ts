import type { Database } from 'better-sqlite3'

/** Finds the row of a project by its UUID. Throws for a project that does not exist: a caller has checked its key. */
export function createProjectIds(db: Database): (projectId: string) => number {
  const select = db.prepare<[string], number>('SELECT id FROM project WHERE uuid = ?').pluck()
  return (projectId) => {
    const id = select.get(projectId)
    if (id === undefined) throw new Error(`No project ${projectId}`)
    return id
  }
}
