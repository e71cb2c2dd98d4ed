import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import type { Database } from 'better-sqlite3'
import type { EventPage, EventPages, NumberedEvent } from '../../src/store/event-pages.ts'
import { guard } from '../../src/store/sqlite/guard.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'

const HOUR_MS = 3_600_000

const COLUMNS = 'id, event_name AS eventName, user_id AS userId, ts AS timestampMs, metadata'
const NEWEST_FIRST = 'ORDER BY ts DESC, id DESC'

/**
 * A page far back is found by the counts of hours: only the hour that it begins in is stepped through, and that by its index.
 */
export function createSqliteEventPages(db: Database): EventPages {
  const projectRow = createProjectIds(db)
  const hours = db.prepare<[number], HourTally>(
    'SELECT hour, events FROM hour_tally WHERE project = ? ORDER BY hour DESC',
  )
  const total = db
    .prepare<[number], number>('SELECT coalesce(sum(events), 0) FROM hour_tally WHERE project = ?')
    .pluck()
  const events = db.prepare<[object], NumberedEvent>(
    `SELECT ${COLUMNS} FROM event WHERE project = @project AND ts < @beforeMs AND event_name <> '${DROPPED_EVENT_NAME}'
     ${NEWEST_FIRST} LIMIT @limit OFFSET @offset`,
  )
  const page = db.transaction((projectId: string, offset: number, limit: number): EventPage => {
    const project = projectRow(projectId)
    const all = total.get(project) as number
    if (offset >= all) return { events: [], total: all }
    const start = startOf(hours.iterate(project), offset)
    return { events: events.all({ project, limit, ...start }), total: all }
  })
  const ofUser = createUserReader(db)
  return {
    page: (projectId, offset, limit) => guard(() => page(projectId, offset, limit)),
    ofUser: (projectId, userId, limit) => guard(() => ofUser(projectRow(projectId), userId, limit)),
  }
}

interface HourTally {
  readonly hour: number
  readonly events: number
}

/** The end of the hour that holds the event at an offset, and its offset from there. There must be such an event. */
function startOf(hours: Iterable<HourTally>, offset: number): { readonly beforeMs: number; readonly offset: number } {
  let skipped = 0
  for (const { hour, events } of hours) {
    if (skipped + events > offset) return { beforeMs: (hour + 1) * HOUR_MS, offset: offset - skipped }
    skipped += events
  }
  throw new Error(`The counts of hours end before offset ${offset}`)
}

function createUserReader(db: Database): (project: number, userId: string, limit: number) => EventPage {
  const ofUser = `FROM event INDEXED BY event_by_user WHERE project = @project AND user_id = @userId AND event_name <> '${DROPPED_EVENT_NAME}'`
  const total = db.prepare<[object], number>(`SELECT count(*) ${ofUser}`).pluck()
  const events = db.prepare<[object], NumberedEvent>(`SELECT ${COLUMNS} ${ofUser} ${NEWEST_FIRST} LIMIT @limit`)
  return db.transaction((project: number, userId: string, limit: number) => ({
    events: events.all({ project, userId, limit }),
    total: total.get({ project, userId }) as number,
  }))
}
