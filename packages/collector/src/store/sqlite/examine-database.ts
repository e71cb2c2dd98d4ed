import type { Database } from 'better-sqlite3'
import type { Books } from '../books.ts'
import { createBooksReader } from './sqlite-books.ts'

/** One thing that must hold of a file, and what is wrong with it, if anything. */
export interface Finding {
  readonly check: string
  readonly problem: string | null
}

export interface Examination {
  readonly findings: readonly Finding[]
  readonly projects: readonly { readonly projectId: string; readonly events: number; readonly books: Books }[]
}

/** Each counts what contradicts it. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  'every project has as many events as were stored and not deleted': `
    SELECT count(*) FROM project p WHERE
      (SELECT coalesce(sum(stored), 0) FROM lane_tally WHERE project = p.id) - p.deleted
      <> (SELECT count(*) FROM event WHERE project = p.id)`,
  'every lane has stored or rejected as many events as its ranges hold': `
    SELECT count(*) FROM lane l
    WHERE stored + rejected <> (SELECT coalesce(sum(last - first + 1), 0) FROM lane_range WHERE lane = l.id)`,
  'ranges of a lane do not touch': `
    SELECT count(*) FROM (SELECT first, lag(last) OVER (PARTITION BY lane ORDER BY first) AS before FROM lane_range)
    WHERE before >= first - 1`,
  'every lane counts its numbers beyond its highest': `
    SELECT count(*) FROM lane l WHERE far <> (
      SELECT coalesce(sum(last - max(first, l.highest + 1) + 1), 0) FROM lane_range WHERE lane = l.id AND last > l.highest)`,
  'every lane counts what is missing': `
    SELECT count(*) FROM lane WHERE missing <> max(0, highest - (stored + rejected - far) - dropped)`,
  'every event of a lane is in its ranges': `
    SELECT count(*) FROM event e WHERE lane IS NOT NULL AND seq > coalesce(
      (SELECT last FROM lane_range r WHERE r.lane = e.lane AND first <= e.seq ORDER BY first DESC LIMIT 1), 0)`,
  'no number of a lane is stored twice': `
    SELECT count(*) FROM (SELECT 1 FROM event WHERE lane IS NOT NULL GROUP BY lane, seq HAVING count(*) > 1)`,
  'every event outside a lane has its key claimed': `
    SELECT count(*) FROM event e WHERE (foreign_key IS NOT NULL OR substr(hex(event_id), 13, 1) = '7')
      AND NOT EXISTS (SELECT 1 FROM claimed_key c WHERE c.event_id = e.event_id)`,
  'no key outside a lane is stored twice': `
    SELECT count(*) FROM (SELECT 1 FROM event WHERE lane IS NULL GROUP BY event_id HAVING count(*) > 1)`,
  'every lane counts its rejections': `
    SELECT count(*) FROM lane l WHERE rejected <> (SELECT count(*) FROM lane_rejection WHERE lane = l.id)
      OR rejected <> (SELECT coalesce(sum(count), 0) FROM lane_rejected WHERE lane = l.id)`,
  'every lane counts what its sender dropped': `
    SELECT count(*) FROM lane l
    WHERE dropped <> (SELECT coalesce(sum(count), 0) FROM lane_drop WHERE lane = l.id)`,
  'the books of every project are the sums of its lanes': `
    WITH tally AS (
      SELECT project, sum(lanes) AS lanes, sum(captured - laneless) AS captured, sum(stored - laneless) AS stored,
        sum(rejected) AS rejected, sum(missing) AS missing, sum(waiting) AS waiting FROM lane_tally GROUP BY project),
    counted AS (
      SELECT project, count(*) AS lanes, sum(highest + far) AS captured, sum(stored) AS stored, sum(rejected) AS rejected,
        sum(missing) AS missing, sum(waiting) AS waiting FROM lane GROUP BY project)
    SELECT count(*) FROM tally t LEFT JOIN counted c ON c.project = t.project
    WHERE (t.lanes, t.captured, t.stored, t.rejected, t.missing, t.waiting) IS NOT (
      coalesce(c.lanes, 0), coalesce(c.captured, 0), coalesce(c.stored, 0), coalesce(c.rejected, 0),
      coalesce(c.missing, 0), coalesce(c.waiting, 0))`,
}

/** Looks at everything in one read transaction, so that what a collector writes meanwhile is seen whole or not at all. */
export function examineDatabase(db: Database): Examination {
  const examine = db.transaction(() => ({ findings: findingsOf(db), projects: projectsOf(db) }))
  return examine()
}

function findingsOf(db: Database): Finding[] {
  const integrity = db.pragma('integrity_check') as { integrity_check: string }[]
  const damage = integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok')
  const orphans = db.pragma('foreign_key_check') as { table: string }[]
  const orphaned = [...new Set(orphans.map(({ table }) => table))]
  return [
    { check: 'the file is not damaged', problem: damage.length === 0 ? null : damage.slice(0, 5).join('; ') },
    {
      check: 'every delivery, range and key belongs to something',
      problem: orphans.length === 0 ? null : `${orphans.length} orphaned rows in ${orphaned.join(', ')}`,
    },
    ...Object.entries(CONTRADICTIONS).map(([check, sql]) => {
      return { check, problem: contradictionOf(db, sql) }
    }),
  ]
}

/** A damaged file fails some looks at it, and not others. */
function contradictionOf(db: Database, sql: string): string | null {
  try {
    const wrong = db.prepare<[], number>(sql).pluck().get() as number
    return wrong === 0 ? null : `${wrong} ${wrong === 1 ? 'does' : 'do'} not`
  } catch (error) {
    return `it can't be told: ${(error as Error).message}`
  }
}

function projectsOf(db: Database): Examination['projects'] {
  const readBooks = createBooksReader(db)
  const projects = db
    .prepare<[], { id: number; projectId: string; events: number }>(
      `SELECT id, uuid AS projectId, (SELECT count(*) FROM event WHERE project = project.id) AS events
       FROM project ORDER BY id`,
    )
    .all()
  return projects.map(({ id, projectId, events }) => ({ projectId, events, books: readBooks(id) }))
}
