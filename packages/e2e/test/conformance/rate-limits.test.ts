import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, collector, createClient, EVENTS, secret, WEBHOOKS } from './client.ts'
import { countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'

const LIMIT = /^"[^"]+";r=(\d+);t=(\d+)$/
const POLICY = /^"[^"]+";q=(\d+);w=(\d+)$/

const batchOf = (event_name: string, length: number) => Array.from({ length }, () => ({ event_name }))

/** What the `RateLimit` field says: units that remain, and seconds until all are back. */
function readLimit(headers: Headers): { remaining: number; seconds: number } {
  const match = LIMIT.exec(headers.get('ratelimit') ?? '')
  if (match === null) throw new Error(`RateLimit is ${headers.get('ratelimit')}`)
  return { remaining: Number(match[1]), seconds: Number(match[2]) }
}

/** The tests of this group use up one minute of two keys, in their order. */
describe('1000 events/minute per API key', () => {
  const event_name = fresh('limited')
  let stored = 0

  test('Every limited answer bears RateLimit and RateLimit-Policy: of a single event', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_SECRET_KEY')
    const { status, headers } = await createClient(collector.limited.secretKey).post(EVENTS, { event_name })
    expect(status).toBe(202)
    stored += 1
    expect(POLICY.exec(headers.get('ratelimit-policy') ?? '')?.slice(1)).toEqual(['1000', '60'])
    expect(readLimit(headers).remaining).toBe(999)
    expect(readLimit(headers).seconds).toBeLessThanOrEqual(60)
  })

  test('a batch of 40 counts 40', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_SECRET_KEY')
    const { status, headers } = await createClient(collector.limited.secretKey).post(BATCH, batchOf(event_name, 40))
    expect(status).toBe(202)
    stored += 40
    expect(readLimit(headers).remaining).toBe(959)
  })

  test('1,000 are taken, the next is not: 429 rate_limited, Retry-After in seconds', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_SECRET_KEY')
    const client = createClient(collector.limited.secretKey)
    for (const size of [100, 100, 100, 100, 100, 100, 100, 100, 100, 59]) {
      expect((await client.post(BATCH, batchOf(event_name, size))).status).toBe(202)
      stored += size
    }
    const refused = await client.post(EVENTS, { event_name })
    expectError(refused, 429, 'rate_limited')
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(readLimit(refused.headers).remaining).toBe(0)
    expect(stored).toBe(1000)
  })

  test('nothing of that request stored', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_SECRET_KEY')
    expectError(
      await createClient(collector.limited.secretKey).post(BATCH, batchOf(event_name, 2)),
      429,
      'rate_limited',
    )
    expect(await countOf(event_name)).toBe(1000)
  })

  test('per API key: another key of the project is not limited by it', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_PUBLISHABLE_KEY')
    const { status, headers } = await createClient(collector.limited.publishableKey).post(
      BATCH,
      batchOf(event_name, 100),
    )
    expect(status).toBe(202)
    expect(readLimit(headers).remaining).toBe(900)
  })

  test('nothing of that request stored: a batch that does not fit whole is refused whole', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_PUBLISHABLE_KEY')
    const client = createClient(collector.limited.publishableKey)
    const name = fresh('whole')
    for (let i = 0; i < 8; i++) expect((await client.post(BATCH, batchOf(fresh('fill'), 100))).status).toBe(202)
    expect((await client.post(BATCH, batchOf(fresh('fill'), 50))).status).toBe(202)
    expectError(await client.post(BATCH, batchOf(name, 51)), 429, 'rate_limited')
    expect(await countOf(name)).toBe(0)
    expect((await client.post(BATCH, batchOf(name, 50))).status).toBe(202)
    expect(await countOf(name)).toBe(50)
  })

  test('other routes go on', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_SECRET_KEY')
    expect((await createClient(collector.limited.secretKey).get(WEBHOOKS)).status).toBe(200)
  })
})

describe('10 requests/minute for analytics API', () => {
  test('10 are answered, the next is not: 429 rate_limited, Retry-After in seconds', async ({ skip }) => {
    if (collector.limited === undefined) return skip('needs TRUECOUNT_LIMITED_SECRET_KEY')
    const client = createClient(collector.limited.secretKey)
    for (let left = 9; left >= 0; left--) {
      const { status, headers } = await client.get(ANALYTICS)
      expect(status).toBe(200)
      expect(readLimit(headers).remaining).toBe(left)
      expect(POLICY.exec(headers.get('ratelimit-policy') ?? '')?.slice(1)).toEqual(['10', '60'])
    }
    const refused = await client.get(ANALYTICS)
    expectError(refused, 429, 'rate_limited')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
  })

  test('per API key: another key of the project is answered', async () => {
    expect((await secret.get(ANALYTICS)).status).toBe(200)
  })
})

describe('switched off', () => {
  test('2,000 events in a few seconds are taken from a key without a limit, and its answers bear no limit', async () => {
    const event_name = fresh('unlimited')
    for (let i = 0; i < 20; i++) {
      const { status, headers } = await secret.post(BATCH, batchOf(event_name, 100))
      expect(status).toBe(202)
      expect([headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([null, null])
    }
    expect(await countOf(event_name)).toBe(2000)
  })

  test('20 analytics requests in a few seconds are answered to a key without a limit', async () => {
    for (let i = 0; i < 20; i++) expect((await secret.get(ANALYTICS)).status).toBe(200)
  })
})
