import type { Database } from 'better-sqlite3'
import type { Books } from '../books.ts'
import { createBooksReader } from '../sqlite/sqlite-books.ts'
import { checkClaims, checkKeysOnce, checkRuns } from './examine-keys.ts'
import {
  checkCounts,
  checkLaneNumbers,
  checkLaneRanges,
  checkNumbers,
  checkOrders,
  checkTimes,
  checkSizes,
  checkUsers,
  type RowCheck,
} from './examine-rows.ts'
import { readStoredRows } from './stored-rows.ts'
import { userHash } from './user-hash.ts'

/** One thing that must hold of a file, and what is wrong with it, if anything. */
export interface Finding {
  readonly check: string
  readonly problem: string | null
}

export interface Examination {
  readonly findings: readonly Finding[]
  readonly projects: readonly { readonly projectId: string; readonly events: number; readonly books: Books }[]
}

/** Each counts what contradicts it, without a look at events. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
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
  'segments cover each number once': `
    SELECT count(*) FROM (SELECT first, last, lag(last, 1, 0) OVER (ORDER BY first) AS before FROM segment)
    WHERE before >= first OR last < first`,
  'segments end where blocks begin': `
    SELECT (SELECT count(*) FROM segment WHERE last > sealed_to)
      + (SELECT count(*) FROM block WHERE first <= sealed_to AND last > sealed_to) FROM storage`,
  'no id of a segment, run or user is given again': `
    SELECT (SELECT count(*) FROM segment WHERE id >= next_segment) + (SELECT count(*) FROM key_run WHERE id >= next_run)
      + (SELECT count(*) FROM user_text WHERE id >= next_user) FROM storage`,
  'no user has two ids': `
    SELECT count(*) FROM (SELECT 1 FROM user_text GROUP BY hash, project, text HAVING count(*) > 1)`,
  'no event is numbered beyond the highest erased': `
    SELECT count(*) FROM erasure WHERE up_to > max((SELECT highest_deleted FROM event_number),
      (SELECT sealed_to FROM storage), (SELECT coalesce(max(last), 0) FROM block))`,
}

/** Looks at everything in one read transaction, so that what a collector writes meanwhile is seen whole or not at all. */
export function examineBlocks(db: Database): Examination {
  const examine = db.transaction(() => {
    const events = new Map<number, number>()
    return { findings: findingsOf(db, events), projects: projectsOf(db, events) }
  })
  return examine()
}

function findingsOf(db: Database, events: Map<number, number>): Finding[] {
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
      return { check, problem: problemOf(() => db.prepare<[], number>(sql).pluck().get() as number) }
    }),
    { check: 'every user is found by its hash', problem: problemOf(() => countLostUsers(db)) },
    { check: 'every run of keys is in order', problem: problemOf(() => checkRuns(db)) },
    ...rowFindings(db, events),
  ]
}

/** All that is to be seen event by event, in one pass. */
function rowFindings(db: Database, events: Map<number, number>): Finding[] {
  const checks: readonly RowCheck[] = [
    checkCounts(db, events),
    checkNumbers(),
    checkSizes(),
    checkOrders(),
    checkTimes(),
    checkUsers(),
    checkLaneRanges(db),
    checkLaneNumbers(),
    checkClaims(db),
    checkKeysOnce(db),
  ]
  const unread = problemOf(() => {
    for (const stored of readStoredRows(db)) for (const { look } of checks) look(stored)
    return 0
  })
  return [
    { check: 'every block and segment can be read', problem: unread },
    ...checks.map(({ check, wrong }) => ({ check, problem: unread === null ? problemOf(wrong) : "it can't be told" })),
  ]
}

function countLostUsers(db: Database): number {
  const users = db.prepare<[], { project: number; hash: number; text: string }>(
    'SELECT project, hash, text FROM user_text',
  )
  let lost = 0
  for (const { project, hash, text } of users.iterate()) if (userHash(project, text) !== hash) lost += 1
  return lost
}

/** A damaged file fails some looks at it, and not others. */
function problemOf(countWrong: () => number): string | null {
  try {
    const wrong = countWrong()
    return wrong === 0 ? null : `${wrong} ${wrong === 1 ? 'does' : 'do'} not`
  } catch (error) {
    return `it can't be told: ${(error as Error).message}`
  }
}

function projectsOf(db: Database, events: ReadonlyMap<number, number>): Examination['projects'] {
  const readBooks = createBooksReader(db)
  const projects = db.prepare<[], { id: number; projectId: string }>(
    'SELECT id, uuid AS projectId FROM project ORDER BY id',
  )
  return projects.all().map(({ id, projectId }) => ({ projectId, events: events.get(id) ?? 0, books: readBooks(id) }))
}
