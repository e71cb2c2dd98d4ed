import { once } from 'node:events'
import { IncomingMessage } from 'node:http'
import { connect, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { BODY_TIMES } from '../src/http/body-times.ts'
import { readBody } from '../src/http/read-body.ts'
import { startTestApp } from './start-test-app.ts'

const refusals: unknown[] = []
const app = await startTestApp({
  log: (_level, _message, facts) => void (facts?.['status'] === 400 && refusals.push(400)),
})
afterAll(() => app.stop())

const storedCount = async () => (await app.get('/api/v1/analytics/delivery')).body.stored as number

/** The request is aborted, as Node does when a connection ends, as soon as it is there and before anything is done with it. */
async function sendAndGo(bytes: Buffer): Promise<void> {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1').on('error', () => undefined)
  app.server.once('request', (request: IncomingMessage) =>
    process.nextTick(() => request.destroy(new Error('aborted'))),
  )
  socket.write(bytes)
  await once(socket, 'close')
}

function requestOf(body: Buffer, ...fields: string[]): Buffer {
  const head = ['POST /api/v1/events HTTP/1.1', 'Host: a', `Authorization: Bearer ${app.secretKey}`]
  const lines = [...head, 'Content-Type: application/json', ...fields, '', '']
  return Buffer.concat([Buffer.from(lines.join('\r\n')), body])
}

const EVENT = Buffer.from('{"event_name":"a"}')
const PACKED = gzipSync(EVENT)
const CHUNKS = Buffer.from(`${EVENT.length.toString(16)}\r\n${EVENT.toString()}\r\n0\r\n\r\n`)

describe('A sender that is gone before anybody looked at its event', () => {
  test.each([
    { how: 'with its length', request: requestOf(EVENT, `Content-Length: ${EVENT.length}`) },
    { how: 'compressed', request: requestOf(PACKED, `Content-Length: ${PACKED.length}`, 'Content-Encoding: gzip') },
    { how: 'in chunks', request: requestOf(CHUNKS, 'Transfer-Encoding: chunked') },
  ])('has sent it: $how', async ({ request }) => {
    const before = await storedCount()
    await sendAndGo(request)
    await expect.poll(storedCount).toBe(before + 1)
  })

  test('has sent nothing where a part is missing', async () => {
    const before = await storedCount()
    await sendAndGo(requestOf(EVENT, `Content-Length: ${EVENT.length + 1}`))
    await sendAndGo(requestOf(EVENT, `Content-Length: ${EVENT.length}`))
    await expect.poll(storedCount).toBe(before + 1)
    // Long before it would be called slow.
    await expect.poll(() => refusals, { timeout: 10_000 }).toEqual([400])
  })

  test.each([
    { how: 'as it is', encoding: '', pieces: [EVENT.subarray(0, 5), EVENT.subarray(5)] },
    { how: 'compressed', encoding: 'gzip', pieces: [PACKED.subarray(0, 5), PACKED.subarray(5)] },
  ])('has sent what came in pieces, the last of them as it went: $how', async ({ encoding, pieces }) => {
    const request = new IncomingMessage(new Socket())
    const body = readBody(request, { maxBytes: 100, encoding, times: BODY_TIMES })
    for (const piece of pieces) request.push(piece)
    request.complete = true
    request.push(null)
    request.destroy(new Error('aborted'))
    expect(await body).toEqual({ ok: true, value: EVENT })
  })
})
