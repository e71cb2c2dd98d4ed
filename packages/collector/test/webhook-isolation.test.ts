import { startWebhookSink, type WebhookSink } from '@truecount/testkit'
import { afterEach, expect, test } from 'vitest'
import { startTestApp, type TestApp } from './start-test-app.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const WEBHOOKS = 50
const EVENTS = 20

async function makeWebhook(app: TestApp, url: string): Promise<void> {
  expect((await app.post('/api/v1/webhooks', { url, events: ['a'] })).status).toBe(201)
}

/** Milliseconds from sending the events until all of them are at each living webhook. */
async function timeToDeliver(dead: 'none' | 'hangs' | 'refuses'): Promise<{ tookMs: number; sink: WebhookSink }> {
  const app = await startTestApp()
  const sink = await startWebhookSink({
    answer: ({ path }) => (path === '/dead' ? { kind: 'hang' } : { kind: 'status', code: 204 }),
  })
  stops.push(app.stop, sink.stop)
  // Made first, so that it is the first in line for whatever is shared.
  if (dead === 'hangs') await makeWebhook(app, `${sink.url}/dead`)
  if (dead === 'refuses') await makeWebhook(app, 'http://127.0.0.1:1/')
  const living = dead === 'none' ? WEBHOOKS : WEBHOOKS - 1
  for (let i = 0; i < living; i++) await makeWebhook(app, `${sink.url}/${i}`)
  const startedMs = performance.now()
  const events = Array.from({ length: EVENTS }, () => ({ event_name: 'a' }))
  await app.post('/api/v1/events/batch', events)
  const isAlive = ({ path }: { path: string }) => path !== '/dead'
  await sink.waitFor((all) => all.filter(isAlive).length >= living * EVENTS, 60_000)
  return { tookMs: performance.now() - startedMs, sink }
}

test('One dead or slow webhook among fifty delays no other', { timeout: 240_000 }, async () => {
  await timeToDeliver('none')
  const { tookMs: withoutMs } = await timeToDeliver('none')
  const hanging = await timeToDeliver('hangs')
  const { tookMs: refusingMs } = await timeToDeliver('refuses')
  // It was tried, and still hangs: its attempts were under way all the time.
  expect(hanging.sink.deliveries.filter(({ path }) => path === '/dead').length).toBeGreaterThan(0)
  console.log(
    `${WEBHOOKS} webhooks, ${EVENTS} events: ${Math.round(withoutMs)} ms, one hanging ${Math.round(hanging.tookMs)} ms, one refusing ${Math.round(refusingMs)} ms`,
  )
  expect(hanging.tookMs / withoutMs).toBeLessThan(4)
  expect(refusingMs / withoutMs).toBeLessThan(4)
})
