import type { Database } from 'better-sqlite3'

/** How many events a file holds by its books, of one project or of all; the events themselves are not looked at. */
export function countEvents(db: Database, projectId: string | undefined): number {
  const count = db.prepare<[{ only: string | null }], number>(
    `SELECT coalesce(sum((SELECT coalesce(sum(stored), 0) FROM lane_tally WHERE project = project.id) - deleted), 0)
     FROM project WHERE @only IS NULL OR uuid = @only`,
  )
  return count.pluck().get({ only: projectId ?? null }) as number
}
