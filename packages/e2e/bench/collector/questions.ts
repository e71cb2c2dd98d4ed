import { END_MS, FIRST_MS, NAMES } from '../ground/events/dataset.ts'
import type { SqlRow } from '../ground/engines/engine.ts'

/** What is asked of every store of the same events. */
export interface Question {
  readonly name: string
  /** Truecount's route, and what of its answer is compared. */
  readonly path: string
  readonly ours: (json: never) => unknown
  readonly sql: readonly string[]
  readonly theirs: (...results: readonly (readonly SqlRow[])[]) => unknown
}

const LIST_EVENTS = 1_000
const USER = '42'
const [FROM, TO] = [new Date(FIRST_MS).toISOString(), new Date(END_MS).toISOString()]
const NAME = NAMES[1] as string
const sqlTime = (iso: string) => `'${iso.slice(0, 19).replace('T', ' ')}'`
const WITHIN = `ts >= ${sqlTime(FROM)} AND ts < ${sqlTime(TO)}`

interface Counts {
  readonly count: number
  readonly unique_users: number
  readonly time_buckets: readonly { readonly count: number }[]
}

interface Stats {
  readonly data: { readonly total_events: number; readonly unique_users: number; readonly top_pages: object }
}

interface List {
  readonly data: readonly { readonly timestamp: string }[]
  readonly query: { readonly total: number }
}

const analytics = (parameters: string) => `/api/v1/analytics/events?from=${FROM}&to=${TO}&${parameters}`

/** Of 30 days, of all of which the store is full. */
export function questionsOf(events: number): readonly Question[] {
  return [...countQuestions(), ...listQuestions(events)]
}

function countQuestions(): readonly Question[] {
  return [
    {
      name: 'count, one name',
      path: analytics(`event_name=${NAME}&interval=1w`),
      ours: ({ count }: Counts) => count,
      sql: [`SELECT count(*) FROM events WHERE name = '${NAME}' AND ${WITHIN}`],
      theirs: (rows) => single(rows),
    },
    {
      name: 'unique users, one name',
      path: analytics(`event_name=${NAME}&interval=1w`),
      ours: ({ unique_users: users }: Counts) => users,
      sql: [`SELECT count(DISTINCT user_id) FROM events WHERE name = '${NAME}' AND ${WITHIN}`],
      theirs: (rows) => single(rows),
    },
    {
      name: 'unique users, all names',
      path: analytics('interval=1w'),
      ours: ({ unique_users: users }: Counts) => users,
      sql: [`SELECT count(DISTINCT user_id) FROM events WHERE ${WITHIN}`],
      theirs: (rows) => single(rows),
    },
    {
      name: '720 hours, all names',
      path: analytics('interval=1h'),
      ours: ({ time_buckets: buckets }: Counts) => buckets.flatMap(({ count }) => (count === 0 ? [] : count)),
      sql: [`SELECT date_trunc('hour', ts) AS hour, count(*) FROM events WHERE ${WITHIN} GROUP BY 1 ORDER BY 1`],
      theirs: (rows = []) => rows.map(([, count]) => Number(count)),
    },
    {
      name: 'top 10 pages, events and users, all names',
      path: `/stats?from=${FROM}&to=${TO}&limit=10`,
      ours: ({ data }: Stats) => [data.total_events, data.unique_users, ...Object.entries(data.top_pages)],
      sql: [
        `SELECT count(*), count(DISTINCT user_id) FROM events WHERE ${WITHIN}`,
        `SELECT page, count(*) FROM events WHERE ${WITHIN} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10`,
      ],
      theirs: ([sums] = [], pages = []) => [
        ...(sums ?? []).map(Number),
        ...pages.map(([page, count]) => [page, Number(count)]),
      ],
    },
  ]
}

function listQuestions(events: number): readonly Question[] {
  const page = Math.max(1, Math.floor(events / LIST_EVENTS))
  const offset = (page - 1) * LIST_EVENTS
  const columns = 'id, user_id, name, ts, metadata'
  return [
    {
      name: 'last 50 of a user, and how many',
      path: `/users/events?user_id=${USER}&limit=50`,
      ours: listAnswer,
      sql: [
        `SELECT ${columns} FROM events WHERE user_id = '${USER}' ORDER BY ts DESC, id DESC LIMIT 50`,
        `SELECT count(*) FROM events WHERE user_id = '${USER}'`,
      ],
      theirs: listRows,
    },
    {
      name: `list, page ${page.toLocaleString('en')} of 1,000, and how many`,
      path: `/events?page=${page}&limit=${LIST_EVENTS}`,
      ours: listAnswer,
      sql: [
        `SELECT ${columns} FROM events ORDER BY ts DESC, id DESC LIMIT ${LIST_EVENTS} OFFSET ${offset}`,
        'SELECT count(*) FROM events',
      ],
      theirs: listRows,
    },
  ]
}

function listAnswer({ data, query }: List): readonly number[] {
  return [query.total, ...data.map(({ timestamp }) => secondOf(timestamp))]
}

function listRows(rows: readonly SqlRow[] = [], count: readonly SqlRow[] = []): readonly number[] {
  return [single(count), ...rows.map(([, , , time]) => secondOf(time))]
}

function single(rows: readonly SqlRow[] | undefined): number {
  return Number(rows?.[0]?.[0])
}

/** Of a `Date`, or of a text that is in UTC where it does not say. */
function secondOf(time: unknown): number {
  const text = time instanceof Date ? time.toISOString() : String(time)
  const isWhole = /Z|[+-]\d\d:?\d\d$/.test(text)
  return Math.floor(Date.parse(isWhole ? text : `${text.replace(' ', 'T')}Z`) / 1000)
}
