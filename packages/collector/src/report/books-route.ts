import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { answerError } from '../http/answer-error.ts'
import { readQuery } from '../http/query.ts'
import type { BookReader, Books, GappedLane } from '../store/books.ts'
import type { ApiKey } from '../store/registry.ts'
import { BOOKS_PARAMETERS, readBooksQuery } from './books-query.ts'

export async function answerBooks(ctx: Context, key: ApiKey, reader: BookReader, nowMs: number): Promise<void> {
  const parameters = readQuery(ctx, BOOKS_PARAMETERS)
  if (!parameters.ok) return answerError(ctx, parameters)
  const query = readBooksQuery(parameters.value, nowMs)
  if (!query.ok) return answerError(ctx, query)
  const { window, lanes: page } = query.value
  const books = shownBooks(await reader.books(key.projectId, window), window === undefined)
  if (page === undefined) {
    ctx.body = books
    return
  }
  // One more than are shown, to know whether there are more.
  const ofWindow = window === undefined ? {} : { window }
  const lanes = await reader.gappedLanes(key.projectId, { ...ofWindow, ...page, limit: page.limit + 1 })
  const shown = lanes.slice(0, page.limit)
  ctx.body = { ...books, lanes: shown.map(shownLane), next: lanes.length > shown.length ? shown.at(-1)?.lane : null }
}

function shownBooks(books: Books, isWhole: boolean) {
  return {
    captured: books.captured,
    stored: books.stored,
    ...(isWhole ? { deleted: books.deleted } : {}),
    duplicates_prevented: books.duplicatesPrevented,
    rejected: sum(books.rejectedByReason),
    dropped: sum(books.droppedByReason),
    missing: books.missing,
    waiting: books.waiting,
    rejected_by_reason: books.rejectedByReason,
    dropped_by_reason: books.droppedByReason,
  }
}

function shownLane(lane: GappedLane) {
  return {
    lane: lane.lane,
    first_seen: formatTimestamp(lane.firstSeenMs),
    last_seen: formatTimestamp(lane.lastSeenMs),
    captured: lane.captured,
    stored: lane.stored,
    duplicates_prevented: lane.duplicatesPrevented,
    rejected: lane.rejected,
    dropped: lane.dropped,
    missing: lane.missing,
    waiting: lane.waiting,
    gaps: lane.gaps,
    ...(lane.hasMoreGaps ? { more_gaps: true } : {}),
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
