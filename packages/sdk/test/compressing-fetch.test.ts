import { gunzipSync } from 'node:zlib'
import { startRecordingCollector } from '@truecount/testkit'
import { expect, test } from 'vitest'
import { createCompressingFetch } from '../src/node/compressing-fetch.ts'
import { createTracker } from '../src/node/index.ts'
import type { FetchRequest } from '../src/send/fetch-transport.ts'

function requestOf(body: string): FetchRequest {
  return { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body, keepalive: false }
}

/** A server that answers 415 to what is compressed, and keeps what it got. */
function startOldServer() {
  const seen: FetchRequest[] = []
  const fetch = async (_url: string, request: FetchRequest) => {
    seen.push(request)
    return new Response('', { status: 'Content-Encoding' in (request.headers ?? {}) ? 415 : 202 })
  }
  return { seen, fetch }
}

test('a large batch goes compressed, and every event in it is stored once', async () => {
  const collector = await startRecordingCollector()
  const tracker = createTracker({ key: 'k', endpoint: collector.url, flushAt: 100 })
  for (let i = 0; i < 100; i++) tracker.track('large', { text: 'x'.repeat(200), i })
  expect(await tracker.flush()).toEqual({ delivered: 100, waiting: 0, dropped: 0 })
  const [request] = collector.requests
  expect(request?.headers['content-encoding']).toBe('gzip')
  expect(request?.body.length).toBeLessThan(100 * 200)
  expect(collector.stored.size).toBe(100)
  await collector.stop()
})

test('a small body goes as it is', async () => {
  const { seen, fetch } = startOldServer()
  const response = await createCompressingFetch(fetch)('u', requestOf('[]'))
  expect(response.status).toBe(202)
  expect(seen).toEqual([requestOf('[]')])
})

test('a collector that can not read compressed bodies gets the same body plain, and from then on only plain ones', async () => {
  const { seen, fetch } = startOldServer()
  const send = createCompressingFetch(fetch)
  const body = JSON.stringify('x'.repeat(5000))
  expect((await send('u', requestOf(body))).status).toBe(202)
  expect((await send('u', requestOf(body))).status).toBe(202)
  expect(seen.map((request) => typeof request.body)).toEqual(['object', 'string', 'string'])
  expect(gunzipSync(seen[0]?.body as Uint8Array).toString()).toBe(body)
})
