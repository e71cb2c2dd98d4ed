import { formatTimestamp } from '@truecount/protocol'
import type { Context } from 'koa'
import { answerError } from '../http/answer-error.ts'
import { readQuery } from '../http/query.ts'
import type { Route } from '../http/route.ts'
import type { Analytics } from '../store/analytics.ts'
import type { BookReader } from '../store/books.ts'
import type { ApiKey } from '../store/registry.ts'
import { ANALYTICS_PARAMETERS, readAnalyticsQuery } from './analytics-query.ts'
import { answerBooks } from './books-route.ts'
import { BOOKS_DOC, SERIES_DOC } from './report-docs.ts'

export interface ReportParts {
  readonly analytics: Analytics
  readonly books: BookReader
  readonly now: () => number
}

/** The routes that count: events over time, and the books that prove the count. */
export function createReportRoutes(parts: ReportParts): readonly Route[] {
  const { books, now } = parts
  return [
    {
      method: 'GET',
      path: '/api/v1/analytics/events',
      access: 'secret',
      quota: 'analytics',
      doc: SERIES_DOC,
      handle: (ctx, key) => answerSeries(ctx, key, parts),
    },
    {
      method: 'GET',
      path: '/api/v1/analytics/delivery',
      access: 'secret',
      quota: 'analytics',
      doc: BOOKS_DOC,
      handle: (ctx, key) => answerBooks(ctx, key, books, now()),
    },
  ]
}

async function answerSeries(
  ctx: Context,
  { projectId }: ApiKey,
  { analytics, books, now }: ReportParts,
): Promise<void> {
  const parameters = readQuery(ctx, ANALYTICS_PARAMETERS)
  if (!parameters.ok) return answerError(ctx, parameters)
  const query = readAnalyticsQuery(parameters.value, now())
  if (!query.ok) return answerError(ctx, query)
  const { startsMs, ...selection } = query.value
  const edgesMs = [selection.fromMs, ...startsMs.slice(1), selection.toMs]
  const { counts, uniqueUsers } = await analytics.series({ projectId, ...selection }, edgesMs)
  const { captured, stored } = await books.lanesStored(projectId, selection)
  ctx.body = {
    count: counts.reduce((total, count) => total + count, 0),
    unique_users: uniqueUsers,
    time_buckets: startsMs.map((ms, i) => ({ timestamp: formatTimestamp(ms), count: counts[i] })),
    ...(captured === 0 ? {} : { completeness: stored / captured }),
  }
}
