import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What Node alone can do: it reads a body, parses it and answers, and does nothing with it. `gathered` as first argument:
 * bodies that came in one turn of the event loop are parsed and answered together.
 */
const gathers = process.argv[2] === 'gathered'
const ANSWER = Buffer.from('{"status":"accepted"}')
const HEAD = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': ANSWER.length }

interface Waiting {
  readonly body: Buffer
  readonly response: ServerResponse
}

let waiting: Waiting[] = []

function answer({ body, response }: Waiting): void {
  JSON.parse(body.toString())
  response.writeHead(202, HEAD).end(ANSWER)
}

function gather(one: Waiting): void {
  waiting.push(one)
  if (waiting.length > 1) return
  setImmediate(() => {
    const all = waiting
    waiting = []
    for (const each of all) answer(each)
  })
}

const take = gathers ? gather : answer

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => take({ body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), response }))
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
