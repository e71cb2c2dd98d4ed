import { parseTimestamp } from '@truecount/protocol'
import { type Outcome, refuse } from '../http/outcome.ts'
import { readLimit } from '../http/query.ts'

export interface FlatPage {
  readonly page: number
  readonly limit: number
}

/** Most events of one page. */
export const MAX_PAGE_EVENTS = 1_000

export function readPage(parameters: { readonly page?: string; readonly limit?: string }): Outcome<FlatPage> {
  const page = parameters.page === undefined ? 1 : /^\d{1,12}$/.test(parameters.page) ? Number(parameters.page) : 0
  if (page < 1) return refuse('invalid_request', `page must be a whole number from 1, got ${parameters.page}`)
  const limit = readLimit(parameters.limit, 100, MAX_PAGE_EVENTS)
  return limit.ok ? { ok: true, value: { page, limit: limit.value } } : limit
}

/** Reads an instant; `undefined` where the parameter is left out. */
export function readInstant(name: string, text: string | undefined): Outcome<number | undefined> {
  if (text === undefined) return { ok: true, value: undefined }
  const value = parseTimestamp(text)
  if (value !== undefined) return { ok: true, value }
  // A plus that is not encoded arrives as a space.
  const hint = /\d \d\d:?\d\d$/.test(text) ? ' (in a URL + is written as %2B)' : ''
  return refuse('invalid_request', `${name} must be an ISO 8601 date-time, got ${text}${hint}`)
}
