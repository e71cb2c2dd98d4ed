import { array, boolean, integer, number, record, string, type } from 'superstruct'
import type { RouteDoc } from '../http/route-doc.ts'
import { described, maybe, orNull } from '../http/schema.ts'
import type { ANALYTICS_PARAMETERS } from './analytics-query.ts'
import type { BOOKS_PARAMETERS } from './books-query.ts'

const counts = described(record(string(), integer()), { additionalProperties: { type: 'integer' } })

const SERIES_PARAMETERS: Readonly<Record<(typeof ANALYTICS_PARAMETERS)[number], string>> = {
  event_name: 'Only events of this name; all but $dropped if left out',
  period: 'How far back from now: a whole number of m, h, d or w, 24h if left out, at most 366d',
  from: 'Begin of the window instead of a period: ISO 8601, included',
  to: 'End of the window: ISO 8601, not included; now if left out',
  interval: 'Width of a bucket: 1m 5m 15m 1h 6h 1d or 1w; chosen from the window if left out',
  tz: 'IANA time zone that days and weeks begin in; UTC if left out',
}

export const SERIES_DOC: RouteDoc = {
  summary: 'Count events, and the users behind them, over time',
  query: SERIES_PARAMETERS,
  answer: {
    status: 200,
    description: 'Exact counts; the buckets are aligned, ascending and without gaps, and add up to the count',
    body: type({
      count: integer(),
      unique_users: integer(),
      time_buckets: array(type({ timestamp: string(), count: integer() })),
      completeness: maybe(number()),
    }),
  },
}

const BOOKS_DOC_PARAMETERS: Readonly<Record<(typeof BOOKS_PARAMETERS)[number], string>> = {
  period: 'Only lanes that were active so far back from now: a whole number of m, h, d or w',
  from: 'Only lanes that were active from here on, instead of a period: ISO 8601',
  to: 'And before here; now if left out',
  by: '`lane` lists the lanes with events missing',
  after: 'The `next` of the list before',
  limit: 'Lanes in the list, 1 to 100; 20 if left out',
}

const figures = {
  captured: integer(),
  stored: integer(),
  duplicates_prevented: integer(),
  rejected: integer(),
  dropped: integer(),
  missing: integer(),
  waiting: integer(),
}

const Lane = type({
  lane: string(),
  first_seen: string(),
  last_seen: string(),
  ...figures,
  gaps: array(type({ first: integer(), last: integer() })),
  more_gaps: maybe(boolean()),
})

export const BOOKS_DOC: RouteDoc = {
  summary: 'The books: every captured event is stored, rejected, dropped or missing',
  query: BOOKS_DOC_PARAMETERS,
  answer: {
    status: 200,
    description: 'The books of the project, or of the lanes in a window; `deleted` is not there in a window',
    body: type({
      ...figures,
      deleted: maybe(integer()),
      rejected_by_reason: counts,
      dropped_by_reason: counts,
      lanes: maybe(array(Lane)),
      next: maybe(orNull(string())),
    }),
  },
}
