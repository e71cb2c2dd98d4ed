import type { JsonObject } from '@truecount/protocol'
import type { PlacedEvent, TimeRange } from '../../event-list.ts'
import type { EventPage, NumberedEvent } from '../../event-pages.ts'
import type { Snapshot } from '../view.ts'
import { type ListedRow, type ListedRows, listRows, listUserRows } from './listed-rows.ts'
import { mergeRows } from './merge-rows.ts'
import { placesAt, placesAtRank, sumOf } from './place-at-rank.ts'
import { eventIdOf, type ReadEvent, readEvents } from './read-events.ts'
import { viewsOfUser } from './views-of-user.ts'

/** A project as a snapshot names it: by its row, and by its id. */
export interface ProjectName {
  readonly row: number
  readonly id: string
}

/** Newest first, without drop reports; `offset` of them are skipped. */
export function pageOfEvents(snapshot: Snapshot, project: number, offset: number, limit: number): EventPage {
  const lists = snapshot.views(project).map(listRows)
  return { events: numbered(newestOf(lists, offset, limit)), total: rowsOf(lists) }
}

export function eventsOfUser(snapshot: Snapshot, project: number, userId: string, limit: number): EventPage {
  const lists = viewsOfUser(snapshot.views(project), userId).map((view) => listUserRows(view, userId))
  return { events: numbered(newestOf(lists, 0, limit)), total: rowsOf(lists) }
}

/** Newest first, whole. */
export function latestEvents(snapshot: Snapshot, project: ProjectName, limit: number): PlacedEvent[] {
  const lists = snapshot.views(project.row).map(listRows)
  return readEvents(newestOf(lists, 0, limit)).map((event) => placed(snapshot, project.id, event))
}

/** Oldest first, whole: those of a range that come after an event of it. */
export function eventsBetween(
  snapshot: Snapshot,
  project: ProjectName,
  { fromMs, toMs }: TimeRange,
  after: Pick<PlacedEvent, 'timestampMs' | 'place'> | undefined,
  limit: number,
): PlacedEvent[] {
  const lists = snapshot.views(project.row).map(listRows)
  const from = after === undefined ? placesAt(lists, fromMs) : lists.map((list) => placeAfter(list, after))
  const end = Math.min(sumOf(from) + limit, sumOf(placesAt(lists, toMs)))
  const rows = mergeRows(lists, from, placesAtRank(lists, end))
  return readEvents(rows).map((event) => placed(snapshot, project.id, event))
}

/** The first place of a list that is after an event by (time, number). */
function placeAfter(
  list: ListedRows,
  { timestampMs, place: number }: Pick<PlacedEvent, 'timestampMs' | 'place'>,
): number {
  const { segment } = list.view
  let low = list.countBefore(timestampMs)
  if (segment.first > number) return low
  let high = list.countBefore(timestampMs + 1)
  if (low === high) return low
  const rows = list.rows()
  const numbers = segment.column('numbers')
  while (low < high) {
    const middle = (low + high) >>> 1
    if (segment.first + (numbers[rows[middle] as number] as number) <= number) low = middle + 1
    else high = middle
  }
  return low
}

function rowsOf(lists: readonly ListedRows[]): number {
  return lists.reduce((rows, { length }) => rows + length, 0)
}

function newestOf(lists: readonly ListedRows[], offset: number, limit: number): ListedRow[] {
  const end = Math.max(0, rowsOf(lists) - offset)
  const start = Math.max(0, end - limit)
  return mergeRows(lists, placesAtRank(lists, start), placesAtRank(lists, end)).toReversed()
}

function numbered(rows: readonly ListedRow[]): NumberedEvent[] {
  return readEvents(rows).map(({ number, content, ...event }) => ({ id: number, ...event, metadata: content.metadata }))
}

function placed(snapshot: Snapshot, projectId: string, { number, content, ...event }: ReadEvent): PlacedEvent {
  return {
    ...event,
    eventId: eventIdOf(snapshot, projectId, content),
    receivedAtMs: content.receivedAtMs,
    metadata: JSON.parse(content.metadata) as JsonObject,
    place: number,
  }
}
