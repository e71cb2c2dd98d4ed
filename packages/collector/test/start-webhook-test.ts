import { createManualClock, startWebhookSink, type WebhookAnswer } from '@truecount/testkit'
import { expect } from 'vitest'
import { answerOf, startTestApp, type TestAppOptions } from './start-test-app.ts'

export const SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'

export const SECOND_MS = 1_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

export function status(code: number, headers: Record<string, string> = {}): WebhookAnswer {
  return { kind: 'status', code, headers }
}

/** A collector whose clock stands still, one webhook for events named `a`, and a sink that answers as `script` says now. */
export async function startWebhookTest(options: TestAppOptions = {}) {
  const clock = createManualClock()
  const script: { answer: WebhookAnswer } = { answer: status(204) }
  const sink = await startWebhookSink({ answer: ({ path }) => (path === '/proof' ? status(204) : script.answer) })
  const app = await startTestApp({ now: clock.now, ...options })
  const { body: webhook } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['a'], secret: SECRET })
  const at = `/api/v1/webhooks/${webhook.id}`
  const deliveries = async () => (await app.get(`${at}/deliveries?limit=100`)).body.data
  const attempted = async () => (await deliveries()).flatMap(({ attempts }: { attempts: unknown[] }) => attempts)
  return {
    app,
    sink,
    async stop() {
      await app.stop()
      await sink.stop()
    },
    clock,
    script,
    at,
    deliveries,
    send: (count = 1) =>
      app.post(
        '/api/v1/events/batch',
        Array.from({ length: count }, () => ({ event_name: 'a' })),
      ),
    change: (method: string, path: string, body?: unknown) =>
      answerOf(
        fetch(app.url + path, {
          method,
          headers: { authorization: `Bearer ${app.secretKey}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    async settled(count: number) {
      await expect.poll(async () => (await attempted()).length).toBe(count)
    },
    async advance(ms: number) {
      await clock.advance(ms)
      app.worker.wake()
    },
    /** An attempt at another webhook proves that whatever was due has been attempted by now. */
    async proveAwake() {
      const before = sink.deliveries.length
      await app.post('/api/v1/webhooks', { url: `${sink.url}/proof`, events: ['proof'] })
      await app.post('/api/v1/events', { event_name: 'proof' })
      await sink.waitFor((all) => all.slice(before).some(({ path }) => path === '/proof'))
      return sink.deliveries.filter(({ path }) => path !== '/proof').length
    },
  }
}
