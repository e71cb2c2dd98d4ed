import { createManualClock } from '@truecount/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { answerOf, startTestApp, type TestApp } from './start-test-app.ts'

let app: TestApp
afterEach(() => app.stop())

/** An app with the default limits, and its two clocks: `advance` moves both, `jump` only the one on the wall. */
async function started(limits = { eventsPerMinute: null as number | null, analyticsPerMinute: null as number | null }) {
  const clock = createManualClock()
  let elapsedMs = 0
  app = await startTestApp({ now: clock.now, monotonicMs: () => elapsedMs, limits })
  return {
    jump: clock.jump,
    async advance(ms: number) {
      elapsedMs += ms
      await clock.advance(ms)
    },
  }
}

const batch = (size: number) => Array.from({ length: size }, () => ({ event_name: 'a' }))
const sendMany = async (total: number) => {
  for (let sent = 0; sent < total; sent += 100) {
    expect((await app.post('/api/v1/events/batch', batch(100))).status).toBe(202)
  }
}
const fieldsOf = ({ headers }: { headers: Headers }) => ({
  limit: headers.get('ratelimit'),
  policy: headers.get('ratelimit-policy'),
  retryAfter: headers.get('retry-after'),
})

/** Through a key of its own, so that looking is not limited. */
async function storedCount(): Promise<number> {
  const made = await app.post('/api/v1/keys', { kind: 'secret', analytics_per_minute: 0 })
  return (await app.get('/api/v1/analytics/delivery', made.body.key)).body.stored
}

describe('1,000 events a minute for a key', () => {
  test('a batch counts its events; over the limit nothing of the request is stored, and Retry-After is when it passes', async () => {
    const clock = await started()
    const first = await app.post('/api/v1/events/batch', batch(40))
    const policy = '"default";q=1000;w=60'
    expect(fieldsOf(first)).toEqual({ limit: '"default";r=960;t=60', policy, retryAfter: null })
    await clock.advance(30_000)
    await sendMany(900)
    const over = await app.post('/api/v1/events/batch', batch(70))
    expect(over.status).toBe(429)
    expect(over.body).toEqual({ error: 'rate_limited', message: expect.stringContaining('1000 events'), code: 429 })
    expect(fieldsOf(over)).toEqual({ limit: '"default";r=60;t=60', policy, retryAfter: '30' })
    expect(await storedCount()).toBe(940)
    // What fits still passes, and the wall clock has no say.
    expect((await app.post('/api/v1/events/batch', batch(60))).status).toBe(202)
    clock.jump(86_400_000)
    expect((await app.post('/api/v1/events', { event_name: 'a' })).status).toBe(429)
    clock.jump(-2 * 86_400_000)
    await clock.advance(29_999)
    expect((await app.post('/api/v1/events', { event_name: 'a' })).status).toBe(429)
    await clock.advance(1)
    expect((await app.post('/api/v1/events/batch', batch(40))).status).toBe(202)
    expect((await app.post('/api/v1/events', { event_name: 'a' })).status).toBe(429)
  })

  test('another key of the same project has a quota of its own', async () => {
    await started()
    await sendMany(1_000)
    expect((await app.post('/api/v1/events', { event_name: 'a' })).status).toBe(429)
    expect((await app.post('/api/v1/events', { event_name: 'a' }, app.publishableKey)).status).toBe(202)
  })

  test('a page may read the fields of every answer, a refusal too', async () => {
    await started({ eventsPerMinute: 1, analyticsPerMinute: null })
    for (const status of [202, 429]) {
      const answer = await app.post('/api/v1/events', { event_name: 'a' }, app.publishableKey)
      expect(answer.status).toBe(status)
      expect(answer.headers.get('access-control-expose-headers')).toBe(
        'Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id',
      )
    }
    const broken = await answerOf(
      fetch(`${app.url}/api/v1/events?key=${app.publishableKey}`, { method: 'POST', body: '{' }),
    )
    expect(broken.status).toBe(400)
    expect(fieldsOf(broken).limit).toBe('"default";r=0;t=60')
  })

  test('a batch larger than the whole limit can never pass, so it is refused for good', async () => {
    await started({ eventsPerMinute: 5, analyticsPerMinute: null })
    const answer = await app.post('/api/v1/events/batch', batch(6))
    expect(answer.body).toEqual({
      error: 'batch_too_large',
      message: 'This key may send 5 events a minute, so a batch of 6 can never pass: send smaller batches',
      code: 400,
    })
    expect(fieldsOf(answer).retryAfter).toBe(null)
    expect(await storedCount()).toBe(0)
    expect((await app.post('/api/v1/events/batch', batch(5))).status).toBe(202)
  })
})

describe('10 analytics requests a minute for a key', () => {
  test('however they are answered; both routes draw on them, and other routes draw on nothing', async () => {
    const clock = await started()
    for (let i = 0; i < 10; i++) {
      const path = ['/api/v1/analytics/events', '/api/v1/analytics/delivery', '/api/v1/analytics/events?period=x'][
        i % 3
      ]
      const answer = await app.get(path as string)
      expect(fieldsOf(answer)).toMatchObject({ limit: `"default";r=${9 - i};t=60`, policy: '"default";q=10;w=60' })
    }
    const over = await app.get('/api/v1/analytics/events')
    expect(over.status).toBe(429)
    expect(over.body.message).toContain('10 analytics requests')
    expect(fieldsOf(over).retryAfter).toBe('60')
    expect(fieldsOf(await app.get('/api/v1/webhooks'))).toEqual({ limit: null, policy: null, retryAfter: null })
    await clock.advance(60_000)
    expect((await app.get('/api/v1/analytics/events')).status).toBe(200)
  })

  test('0 is no limit, and no fields', async () => {
    await started({ eventsPerMinute: 0, analyticsPerMinute: 0 })
    for (let i = 0; i < 12; i++) {
      const answer = await app.get('/api/v1/analytics/delivery')
      expect([answer.status, fieldsOf(answer).limit]).toEqual([200, null])
    }
  })
})
