import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSlidingLimiter } from '../src/http/sliding-limiter.ts'

const WINDOW_MS = 60_000

const anyRequest = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 70_000 })),
  units: fc.integer({ min: 1, max: 8 }),
})

test('No minute, wherever it begins, holds more than the limit; what is refused passes after the wait, and not before', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 8, max: 20 }),
      fc.array(anyRequest, { maxLength: 80 }),
      async (limit, requests) => {
        let nowMs = 0
        const limiter = createSlidingLimiter(() => nowMs)
        const granted: { atMs: number; units: number }[] = []
        for (const { afterMs, units } of requests) {
          nowMs += afterMs
          const asked = await limiter.lease('a', units, limit)
          nowMs += Math.max(0, asked.waitMs - 1)
          const early = asked.granted ? asked : await limiter.lease('a', units, limit)
          nowMs += Math.min(1, asked.waitMs)
          const lease = asked.granted ? asked : await limiter.lease('a', units, limit)
          expect([early.granted, lease.granted]).toEqual([asked.granted, true])
          granted.push({ atMs: nowMs, units })
          const { resetMs } = lease
          expect(resetMs).toBe(WINDOW_MS)
        }
        for (const { atMs } of granted) {
          const inMinute = granted.filter((other) => other.atMs >= atMs && other.atMs < atMs + WINDOW_MS)
          expect(inMinute.reduce((sum, { units }) => sum + units, 0)).toBeLessThanOrEqual(limit)
        }
      },
    ),
  )
})

test('Quotas are apart, asking with 0 units takes nothing, and a refused request takes nothing', async () => {
  const limiter = createSlidingLimiter(() => 5)
  expect(await limiter.lease('a', 0, 3)).toEqual({ granted: true, remaining: 3, resetMs: 0, waitMs: 0 })
  expect(await limiter.lease('a', 2, 3)).toEqual({ granted: true, remaining: 1, resetMs: WINDOW_MS, waitMs: 0 })
  expect(await limiter.lease('a', 2, 3)).toEqual({
    granted: false,
    remaining: 1,
    resetMs: WINDOW_MS,
    waitMs: WINDOW_MS,
  })
  expect(await limiter.lease('b', 3, 3)).toMatchObject({ granted: true, remaining: 0 })
  expect(await limiter.lease('a', 1, 3)).toMatchObject({ granted: true, remaining: 0 })
})

test('No wait is longer than the minute, whatever the fractions of the clock add up to', async () => {
  const nowMs = 12_346.178_901
  expect(nowMs + WINDOW_MS - nowMs).toBeGreaterThan(WINDOW_MS)
  const limiter = createSlidingLimiter(() => nowMs)
  expect(await limiter.lease('a', 1, 1)).toMatchObject({ granted: true, resetMs: WINDOW_MS })
  expect(await limiter.lease('a', 1, 1)).toMatchObject({ granted: false, resetMs: WINDOW_MS, waitMs: WINDOW_MS })
})
