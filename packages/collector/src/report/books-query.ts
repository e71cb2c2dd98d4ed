import { type Outcome, refuse } from '../http/outcome.ts'
import { readLimit } from '../http/query.ts'
import type { BooksWindow } from '../store/books.ts'
import { readWindow } from './window.ts'

/** The parameters of `GET /api/v1/analytics/delivery`, as they stand in the URL. */
export const BOOKS_PARAMETERS = ['period', 'from', 'to', 'by', 'after', 'limit'] as const

type Parameters = Readonly<Partial<Record<(typeof BOOKS_PARAMETERS)[number], string>>>

/** Which books to show, and with `lanes` which lanes beside them. */
export interface BooksQuery {
  /** Everything if left out. */
  readonly window?: BooksWindow
  readonly lanes?: { readonly after?: string; readonly limit: number }
}

const INITIAL_LANES = 20
const MOST_LANES = 100

export function readBooksQuery(parameters: Parameters, nowMs: number): Outcome<BooksQuery> {
  const { period, from, to, by, after } = parameters
  const isWhole = period === undefined && from === undefined && to === undefined
  const window = isWhole ? undefined : readWindow(parameters, nowMs)
  if (window?.ok === false) return window
  const limit = readLimit(parameters.limit, INITIAL_LANES, MOST_LANES)
  if (!limit.ok) return limit
  if (by !== undefined && by !== 'lane') return refuse('invalid_request', `by must be lane, got ${by}`)
  if (by === undefined && (after ?? parameters.limit) !== undefined) {
    return refuse('invalid_request', 'after and limit need by=lane')
  }
  const lanes = { limit: limit.value, ...(after === undefined ? {} : { after }) }
  return {
    ok: true,
    value: { ...(window === undefined ? {} : { window: window.value }), ...(by === undefined ? {} : { lanes }) },
  }
}
