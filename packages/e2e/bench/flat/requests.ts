import { END_MS, FIRST_MS, NAMES } from '../ground/events/dataset.ts'
import type { Work } from '../ground/load/load-task.ts'

/** A request of the flat API's load test. */
export interface FlatRequest {
  readonly name: string
  readonly work: Work
}

const WEEK_MS = 7 * 86_400_000
const LIST_EVENTS = 1_000
/** Users that are asked for in turn. */
const ASKED_USERS = 500

/** Those that change nothing, so that every round meets the same events. */
export function readRequests(events: number, users: number): readonly FlatRequest[] {
  const [from, to] = [isoOf(FIRST_MS + WEEK_MS), isoOf(FIRST_MS + 2 * WEEK_MS)]
  const middle = Math.max(1, Math.floor(events / LIST_EVENTS / 2))
  return [
    get('list, page 1 of 1,000', [`/events?page=1&limit=${LIST_EVENTS}`]),
    get(
      'a user’s events',
      Array.from({ length: ASKED_USERS }, (_, i) => `/users/events?user_id=${1 + ((i * 7919) % users)}&limit=1000`),
    ),
    get('stats, one type, a week', [`/stats?from=${from}&to=${to}&type=${NAMES[1]}&limit=10`]),
    get('stats, one type, all 30 days', [
      `/stats?from=${isoOf(FIRST_MS)}&to=${isoOf(END_MS)}&type=${NAMES[1]}&limit=10`,
    ]),
    get(`list, page ${middle.toLocaleString('en')}`, [`/events?page=${middle}&limit=${LIST_EVENTS}`]),
  ]
}

export function writeRequest(users: number): FlatRequest {
  return { name: 'single post', work: { kind: 'flat', users } }
}

function get(name: string, paths: readonly string[]): FlatRequest {
  return { name, work: { kind: 'gets', paths } }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
