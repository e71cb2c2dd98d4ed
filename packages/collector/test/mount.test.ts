import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import Koa from 'koa'
import { afterAll, expect, test } from 'vitest'
import { createCollector } from '../src/index.ts'
import { newKey } from '../src/manage/new-key.ts'
import { openTestStore } from './open-test-store.ts'
import { answerOf, temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

async function makeKey(dbPath: string): Promise<string> {
  const store = await openTestStore(dbPath)
  await store.projects.create({ id: 'p', name: '', allowedOrigins: null, createdAtMs: 0 })
  const limits = { eventsPerMinute: null, analyticsPerMinute: null }
  const { key, record } = newKey({ projectId: 'p', kind: 'secret', ...limits }, 0, (size) => new Uint8Array(size))
  await store.apiKeys.create(record)
  await store.close()
  return key
}

type Mount = (handler: RequestListener) => { readonly listener: RequestListener; readonly base: string }

const MOUNTS: readonly (readonly [string, Mount])[] = [
  ['plain http', (handler) => ({ listener: handler, base: '' })],
  [
    'Koa, beside routes of its own',
    (handler) => {
      const koa = new Koa()
      koa.use(async (ctx, next) => (ctx.path === '/own' ? void (ctx.body = 'own') : next()))
      koa.use(async (ctx) => {
        ctx.respond = false
        handler(ctx.req, ctx.res)
      })
      const callback = koa.callback()
      return { listener: (request, response) => void callback(request, response), base: '' }
    },
  ],
  [
    'Express, under a path',
    (handler) => {
      const app = express()
      app.use('/collector', handler)
      return { listener: app, base: '/collector' }
    },
  ],
]

test.each(MOUNTS)(
  'A collector mounted in %s takes events, counts them and answers errors in its shape',
  async (name, mount) => {
    const dbPath = join(folder.path, `${name.split(' ')[0]}.db`)
    const key = await makeKey(dbPath)
    const { handler, stop } = await createCollector({ dbPath }).start()
    const { listener, base } = mount(handler)
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ event_name: 'a' })
    expect((await fetch(`${url}/api/v1/events`, { method: 'POST', headers, body })).status).toBe(202)
    expect((await answerOf(fetch(`${url}/api/v1/analytics/events`, { headers }))).body.count).toBe(1)
    expect((await answerOf(fetch(`${url}/nothing`))).body).toMatchObject({ error: 'not_found', code: 404 })
    const large = ' '.repeat(2 * 1024 * 1024)
    expect((await answerOf(fetch(`${url}/api/v1/events`, { method: 'POST', headers, body: large }))).status).toBe(413)
    server.close()
    server.closeAllConnections()
    await stop()
  },
)

test('A proxy that is none is told when the collector is created', () => {
  expect(() => createCollector({ dbPath: 'x', trustedProxies: ['proxy.example'] })).toThrow(/proxy\.example is no IP/)
})

test('A second collector on the same file is refused, until the first has stopped', async () => {
  const dbPath = join(folder.path, 'shared.db')
  const first = await createCollector({ dbPath }).start()
  const second = createCollector({ dbPath })
  await expect(second.start()).rejects.toThrow(`Another collector runs on ${dbPath}`)
  await first.stop()
  await (await second.start()).stop()
})

test('A start that fails leaves the file to others', async () => {
  const dbPath = join(folder.path, 'failed.db')
  await expect(createCollector({ dbPath, flatProject: 'none' }).start()).rejects.toThrow('there is no project none')
  await (await createCollector({ dbPath }).start()).stop()
})
