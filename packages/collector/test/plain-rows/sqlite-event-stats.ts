import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { EventStats, PageCount, Stats, StatsSelection } from '../../src/store/event-stats.ts'
import { guard } from '../../src/store/sqlite/guard.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'
import { createUniqueUsers } from './unique-users.ts'

const HOUR_MS = 3_600_000

/** What the selection comes to in SQL: its ends are both in, and `name` is left out where `named` is 0. */
export interface Bounds {
  readonly project: number
  readonly name: string
  readonly named: 0 | 1
  readonly fromMs: number
  readonly toMs: number
}

/** Whole hours are read from their tallies, and only what is left of the first and the last hour from rows. */
export function createSqliteEventStats(db: Database): EventStats {
  const projectRow = createProjectIds(db)
  const countPages = createPageCounter(db)
  const uniqueUsers = createUniqueUsers(db)
  const stats = db.transaction((selection: StatsSelection, mostPages: number): Stats => {
    const { projectId, eventName, fromMs = -Number.MAX_SAFE_INTEGER, toMs = Number.MAX_SAFE_INTEGER } = selection
    const named = eventName === undefined ? 0 : 1
    const bounds: Bounds = {
      project: projectRow(projectId),
      name: eventName ?? DROPPED_EVENT_NAME,
      named,
      fromMs,
      toMs,
    }
    const pages = countPages(bounds)
    const events = sum(pages.values())
    return { events, uniqueUsers: uniqueUsers(bounds, events), topPages: topOf(pages, mostPages) }
  })
  return { stats: (selection, mostPages) => guard(() => stats(selection, mostPages)) }
}

type PageRow = readonly [page: string, events: number]

/** Counts a selection by page: by its JSON text, '' for events without one. */
function createPageCounter(db: Database): (bounds: Bounds) => Map<string, number> {
  const inHours = db.prepare<[object], PageRow>(
    `SELECT page, sum(events) FROM page_tally
     WHERE project = @project AND hour >= @firstHour AND hour < @endHour AND (event_name = @name) = @named GROUP BY page`,
  )
  const inRows = {
    0: `project = @project AND ts >= @fromMs AND ts <= @toMs AND event_name <> @name`,
    1: `project = @project AND event_name = @name AND ts >= @fromMs AND ts <= @toMs`,
  }
  const prepareRows = (where: string) =>
    db
      .prepare<[object], PageRow>(
        `SELECT iif(json_type(metadata, '$.page') = 'text', metadata -> '$.page', ''), count(*)
         FROM event WHERE ${where} GROUP BY 1`,
      )
      .raw()
  const rows = { 0: prepareRows(inRows[0]), 1: prepareRows(inRows[1]) }
  inHours.raw()

  return (bounds) => {
    const { fromMs, toMs, named } = bounds
    const pages = new Map<string, number>()
    const add = (counted: readonly PageRow[]) => {
      for (const [page, events] of counted) pages.set(page, (pages.get(page) ?? 0) + events)
    }
    const [firstHour, endHour] = [Math.ceil(fromMs / HOUR_MS), Math.floor((toMs + 1) / HOUR_MS)]
    if (firstHour >= endHour) {
      add(rows[named].all(bounds))
      return pages
    }
    add(inHours.all({ ...bounds, firstHour, endHour }))
    if (fromMs < firstHour * HOUR_MS) add(rows[named].all({ ...bounds, toMs: firstHour * HOUR_MS - 1 }))
    if (endHour * HOUR_MS <= toMs) add(rows[named].all({ ...bounds, fromMs: endHour * HOUR_MS }))
    return pages
  }
}

function topOf(pages: ReadonlyMap<string, number>, most: number): PageCount[] {
  return [...pages]
    .filter(([page]) => page !== '')
    .map(([page, events]) => ({ page: JSON.parse(page) as string, events }))
    .toSorted((a, b) => b.events - a.events || compareBytes(a.page, b.page))
    .slice(0, most)
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const number of numbers) total += number
  return total
}
