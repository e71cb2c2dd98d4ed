import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type PgAddress, openPgPool } from '../ground/engines/pg.ts'

/** The flat API's four requests, straightforwardly: Node, `pg`, SQL. Its first argument is PostgreSQL's address, as JSON. */
const pool = await openPgPool(JSON.parse(process.argv[2] as string) as PgAddress)

type Row = Readonly<Record<string, unknown>>

async function select(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await pool.query({ text, values })).rows as Row[]
}

async function count(where: string, values: readonly unknown[] = []): Promise<number> {
  return Number((await select(`SELECT count(*) AS n FROM events ${where}`, values))[0]?.['n'])
}

const COLUMNS = 'id, user_id, type, timestamp, metadata'
const NEWEST = 'ORDER BY timestamp DESC, id DESC LIMIT'

async function list({ searchParams }: URL): Promise<unknown> {
  const page = Number(searchParams.get('page') ?? 1)
  const limit = Number(searchParams.get('limit') ?? 100)
  const [data, total] = await Promise.all([
    select(`SELECT ${COLUMNS} FROM events ${NEWEST} $1 OFFSET $2`, [limit, (page - 1) * limit]),
    count(''),
  ])
  return { data, query: { page, limit, total } }
}

async function userEvents({ searchParams }: URL): Promise<unknown> {
  const user = searchParams.get('user_id')
  const limit = Number(searchParams.get('limit') ?? 1000)
  const [data, total] = await Promise.all([
    select(`SELECT ${COLUMNS} FROM events WHERE user_id = $1 ${NEWEST} $2`, [user, limit]),
    count('WHERE user_id = $1', [user]),
  ])
  return { data, query: { page: 1, limit, total } }
}

async function stats({ searchParams }: URL): Promise<unknown> {
  const [from, to, type, limit] = ['from', 'to', 'type', 'limit'].map((name) => searchParams.get(name))
  const where = 'WHERE timestamp >= $1 AND timestamp <= $2 AND type = $3'
  const [[sums], pages] = await Promise.all([
    select(`SELECT count(*) AS events, count(DISTINCT user_id) AS users FROM events ${where}`, [from, to, type]),
    select(
      `SELECT metadata->>'page' AS page, count(*) AS n FROM events ${where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4`,
      [from, to, type, limit],
    ),
  ])
  const top = Object.fromEntries(pages.map(({ page, n }) => [page, Number(n)]))
  const data = { total_events: Number(sums?.['events']), unique_users: Number(sums?.['users']), top_pages: top }
  return { data, query: { from, to, type, limit } }
}

async function post(request: IncomingMessage): Promise<unknown> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk as string
  const { user_id: user, event_type: type, timestamp, metadata } = JSON.parse(body) as Row
  const [row] = await select(
    `INSERT INTO events (user_id, type, timestamp, metadata) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
    [user, type, timestamp, metadata],
  )
  return row
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const routes: Readonly<Record<string, () => Promise<unknown>>> = {
    'GET /events': () => list(url),
    'GET /users/events': () => userEvents(url),
    'GET /stats': () => stats(url),
    'POST /event': () => post(request),
  }
  const result = await routes[`${request.method} ${url.pathname}`]?.()
  const body = JSON.stringify(result)
  const head = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }
  response.writeHead(request.method === 'POST' ? 201 : 200, head).end(body)
}

const server = createServer((request, response) => void answer(request, response))
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
