import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { answerError } from '../http/answer-error.ts'
import { readQuery } from '../http/query.ts'
import type { Route } from '../http/route.ts'
import type { Analytics } from '../store/analytics.ts'
import type { ApiKey } from '../store/registry.ts'
import { ANALYTICS_PARAMETERS, readAnalyticsQuery } from './analytics-query.ts'
import { BOOKS_DOC, SERIES_DOC } from './report-docs.ts'

export interface ReportParts {
  readonly analytics: Analytics
  readonly now: () => number
}

/** The routes that count: events over time, and the books that prove the count. */
export function createReportRoutes({ analytics, now }: ReportParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/analytics/events',
      access: 'secret',
      quota: 'analytics',
      doc: SERIES_DOC,
      handle: (ctx, key) => answerSeries(ctx, key, analytics, now()),
    },
    {
      method: 'GET',
      path: '/api/v1/analytics/delivery',
      access: 'secret',
      quota: 'analytics',
      doc: BOOKS_DOC,
      handle: (ctx, key) => answerBooks(ctx, key, analytics),
    },
  ]
}

async function answerSeries(ctx: Context, key: ApiKey, analytics: Analytics, nowMs: number): Promise<void> {
  const parameters = readQuery(ctx, ANALYTICS_PARAMETERS)
  if (!parameters.ok) return answerError(ctx, parameters)
  const query = readAnalyticsQuery(parameters.value, nowMs)
  if (!query.ok) return answerError(ctx, query)
  const { startsMs, ...selection } = query.value
  const edgesMs = [selection.fromMs, ...startsMs.slice(1), selection.toMs]
  const { counts, uniqueUsers } = await analytics.series({ projectId: key.projectId, ...selection }, edgesMs)
  ctx.body = {
    count: sum(counts),
    unique_users: uniqueUsers,
    time_buckets: startsMs.map((ms, i) => ({ timestamp: formatTimestamp(ms), count: counts[i] })),
  }
}

async function answerBooks(ctx: Context, key: ApiKey, analytics: Analytics): Promise<void> {
  const books = await analytics.books(key.projectId)
  ctx.body = {
    captured: books.captured,
    stored: books.stored,
    deleted: books.deleted,
    duplicates_prevented: books.duplicatesPrevented,
    rejected: sum(Object.values(books.rejectedByReason)),
    dropped: sum(Object.values(books.droppedByReason)),
    missing: books.missing,
    rejected_by_reason: books.rejectedByReason,
    dropped_by_reason: books.droppedByReason,
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
