import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { startTestApp } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

describe('An answer', () => {
  async function answering(handle: (response: ServerResponse) => void) {
    const server = createServer((request, response) => {
      request.resume().on('end', () => handle(response))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const app = await startTestApp()
    stops.push(app.stop, async () => {
      server.close()
      server.closeAllConnections()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { body: webhook } = await app.post('/api/v1/webhooks', { url, events: [] })
    return (await app.post(`/api/v1/webhooks/${webhook.id}/test`, undefined)).body
  }

  test('is kept to its first KB, and read no further, however long it is', async () => {
    let written = 0
    const { state, attempts } = await answering((response) => {
      response.writeHead(200)
      const write = () => {
        while (!response.destroyed && response.write('é'.repeat(5_000))) written += 1
      }
      response.on('drain', write)
      write()
    })
    expect([state, attempts[0].status, attempts[0].answer]).toEqual(['delivered', 200, 'é'.repeat(512)])
    const after = written
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(after)
  })

  test.each([
    ['never ends', (response: ServerResponse) => void response.write('so far')],
    ['breaks off', (response: ServerResponse) => void response.write('so far', () => response.destroy())],
  ])('whose body %s counts by its status', async (_how, end) => {
    const { state, attempts } = await answering((response) => {
      response.writeHead(200, { 'content-length': '999' })
      end(response)
    })
    expect([state, attempts[0].status, attempts[0].answer]).toEqual(['delivered', 200, 'so far'])
  })
})
