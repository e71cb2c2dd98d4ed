import { hash, randomUUID } from 'node:crypto'
import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'

/**
 * The least that an event costs which is acknowledged when it is stored: bodies that came in one turn of the event loop are parsed, each
 * event gets an id that follows from its key, the bodies go into a file as they came, in one commit, and the ids are answered. No event
 * is checked or looked for among earlier ones, and nothing can be asked. The first argument is the path of a new file.
 */
const db = new DatabaseSync(process.argv[2] as string)
db.exec('PRAGMA journal_mode = WAL')
// The least, and not what anybody should do: nothing is ever synced.
db.exec('PRAGMA synchronous = OFF')
db.exec('CREATE TABLE bodies (id INTEGER PRIMARY KEY, bytes BLOB)')
const insert = db.prepare('INSERT INTO bodies (bytes) VALUES (?)')
const scope = randomUUID()

interface Waiting {
  readonly body: Buffer
  readonly response: ServerResponse
}

interface Keyed {
  readonly idempotency_key: string
}

function verdictOn({ idempotency_key: key }: Keyed): string {
  const id = hash('sha256', `${scope}\n${key}`, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
  return `{"event_id":"${id}","status":"accepted"}`
}

function answerTo(body: Buffer): string {
  const value = JSON.parse(body.toString()) as Keyed | readonly Keyed[]
  if (!Array.isArray(value)) return verdictOn(value as Keyed)
  return `{"accepted":${value.length},"rejected":0,"results":[${value.map(verdictOn).join()}]}`
}

let waiting: Waiting[] = []

function commit(): void {
  const all = waiting
  waiting = []
  const answers = all.map(({ body }) => answerTo(body))
  insert.run(Buffer.concat(all.map(({ body }) => body)))
  all.forEach(({ response }, i) => {
    const answer = answers[i] as string
    const head = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': answer.length }
    response.writeHead(202, head).end(answer, 'latin1')
  })
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    waiting.push({ body: Buffer.concat(chunks), response })
    if (waiting.length === 1) setImmediate(commit)
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
