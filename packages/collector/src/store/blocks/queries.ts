import type { Database } from 'better-sqlite3'
import type { Analytics } from '../analytics.ts'
import type { BookReader } from '../books.ts'
import type { EventList } from '../event-list.ts'
import type { EventPages } from '../event-pages.ts'
import type { EventStats } from '../event-stats.ts'
import { createProjectIds } from '../sqlite/project-ids.ts'
import { createSqliteBooks } from '../sqlite/sqlite-books.ts'
import type { ErasureCount } from './block-eraser.ts'
import { countErased, type ErasureWish } from './query/count-erased.ts'
import { createCountPages } from './query/count-pages.ts'
import { countSeries } from './query/count-series.ts'
import { createCountUsers } from './query/count-users.ts'
import { eventsBetween, eventsOfUser, latestEvents, pageOfEvents, type ProjectName } from './query/list-events.ts'
import { createRememberedUsers } from './query/remembered-users.ts'
import { openSnapshots, type SnapshotOptions } from './snapshot.ts'
import type { Snapshot } from './view.ts'

export type QueryOptions = SnapshotOptions

/** Of the memory for columns: for who is in many segments together, of which their columns need not be read. */
const USERS_SHARE = 1 / 16

/** A hundred bytes each, about, and their texts. */
const PAGES_AT_A_TIME = 1_000_000

type Answers<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer | Promise<Answer>
    : never
}

/** What is asked of the events of a file: the ports that read, and what an erasure would hide. */
export interface Queries extends Answers<Analytics & BookReader & EventList & EventPages & EventStats> {
  countErased(projectId: string, wish: ErasureWish): ErasureCount
}

/** Answers from a connection of its own; `throwAway` is told of memory that is soon of no use; each answer is of one instant, and sees all that was committed before. */
export function createQueries(db: Database, options: QueryOptions, throwAway?: (bytes: number) => void): Queries {
  const usersBytes = options.columnBytes * USERS_SHARE
  const snapshots = openSnapshots(db, { ...options, columnBytes: options.columnBytes - usersBytes }, throwAway)
  const countUsers = createCountUsers(createRememberedUsers(usersBytes))
  const countPages = createCountPages(countUsers, PAGES_AT_A_TIME)
  const projectRow = createProjectIds(db)
  const ask = <T>(projectId: string, run: (snapshot: Snapshot, project: ProjectName) => T): T =>
    snapshots.read((snapshot) => run(snapshot, { id: projectId, row: projectRow(projectId) }))

  return {
    ...createSqliteBooks(db),
    series: (selection, edgesMs) =>
      ask(selection.projectId, (snapshot, { row }) => countSeries(snapshot.views(row), selection, edgesMs, countUsers)),
    stats: ({ projectId, eventName, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }, mostPages) =>
      ask(projectId, (snapshot, { row }) =>
        // Both ends are in.
        countPages(snapshot.views(row), { eventName, fromMs, toMs: toMs + 1 }, mostPages),
      ),
    page: (projectId, offset, limit) =>
      ask(projectId, (snapshot, { row }) => pageOfEvents(snapshot, row, offset, limit)),
    ofUser: (projectId, userId, limit) =>
      ask(projectId, (snapshot, { row }) => eventsOfUser(snapshot, row, userId, limit)),
    latest: (projectId, limit) => ask(projectId, (snapshot, project) => latestEvents(snapshot, project, limit)),
    between: (projectId, range, after, limit) =>
      ask(projectId, (snapshot, project) => eventsBetween(snapshot, project, range, after, limit)),
    countErased: (projectId, wish) =>
      ask(projectId, (snapshot, { row }) => ({
        events: countErased(snapshot.views(row), wish, snapshot.lastNumber),
        lastNumber: snapshot.lastNumber,
        layout: snapshot.layout,
      })),
  }
}
