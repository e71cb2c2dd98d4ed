import { join } from 'node:path'
import { startNodeChild, startWebhookSink } from '@truecount/testkit'
import { afterAll, expect, test } from 'vitest'
import { startTestApp } from './start-test-app.ts'

const MAIN = new URL('../src/main.ts', import.meta.url).pathname
const stops: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const stop of stops.splice(0)) await stop()
})

test(
  'truecount webhooks lists webhooks with their health, and tails attempts as they are made',
  { timeout: 60_000 },
  async () => {
    const sink = await startWebhookSink({
      answer: (_delivery, index) => ({ kind: 'status', code: index === 1 ? 410 : 204 }),
    })
    const app = await startTestApp()
    stops.push(app.stop, sink.stop)
    const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['a\u001B[2J'] })
    await app.post('/api/v1/webhooks', { url: `${sink.url}/other`, events: ['b'] })
    const send = (name: string) => app.post('/api/v1/events', { event_name: name })
    await send('a\u001B[2J')
    await sink.waitFor((all) => all.length === 1)

    const db = ['--db', app.dbPath]
    const tail = startNodeChild(MAIN, { args: ['webhooks', 'tail', ...db, '--webhook', webhook.id] })
    const asJson = startNodeChild(MAIN, { args: ['webhooks', 'tail', ...db, '--json'] })
    // What was there before the tail, then what came after.
    await tail.waitForLine(/ {2}204 {2}\d+ ms {2}attempt 1 {2}a\uFFFD\[2J {2}http:\S+ {2}\S+ {2}delivered$/, 30_000)
    await asJson.waitForLine(/"status":204/, 30_000)
    await send('a\u001B[2J')
    await tail.waitForLine(/ {2}410 {2}\d+ ms {2}attempt 1 .* {2}again at \S+Z$/, 30_000)
    await send('b')
    const line = JSON.parse(await asJson.waitForLine(/"event_name":"b"/, 30_000))
    expect(line).toMatchObject({ url: `${sink.url}/other`, attempt: 1, status: 204, state: 'delivered', answer: '' })
    for (const child of [tail, asJson]) expect(await child.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(tail.output()).not.toContain('/other')

    const list = startNodeChild(MAIN, { args: ['webhooks', 'list', ...db] })
    await list.exited
    expect(list.output().split('\n')).toEqual([
      expect.stringMatching(/^\S+ {2}disabled {2}http\S+ {2}.* {2}It answered 410 Gone/),
      expect.stringMatching(/^\S+ {2}active {4}http\S+\/other {2}b$/),
      '',
    ])
    expect(list.output() + tail.output()).not.toContain('\u001B')
    const missing = startNodeChild(MAIN, { args: ['webhooks', 'list', '--db', join(app.dbPath, 'none')] })
    expect(await missing.exited).toMatchObject({ code: 1 })
  },
)
