import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKeepaliveBudget } from '../../src/browser/keepalive-budget.ts'

/** What browsers allow: Fetch standard, and Chromium's own bound on requests. */
const ALLOWED_BYTES = 64 * 1024
const ALLOWED_REQUESTS = 9

test('what is in flight never exceeds what a browser allows, and room comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(70_000), fc.constant(undefined))), (steps) => {
      const budget = createKeepaliveBudget()
      const inFlight: { bytes: number; giveBack: () => void }[] = []
      for (const bytes of steps) {
        const room = budget.available()
        const giveBack = bytes === undefined ? inFlight.shift()?.giveBack() : budget.reserve(bytes)
        if (bytes !== undefined && giveBack) inFlight.push({ bytes, giveBack })
        expect({ bytes, isReserved: giveBack !== undefined }).toEqual({
          bytes,
          isReserved: (bytes ?? Infinity) <= room,
        })
        expect(inFlight.reduce((sum, one) => sum + one.bytes, 0)).toBeLessThan(ALLOWED_BYTES)
        expect(inFlight.length).toBeLessThanOrEqual(ALLOWED_REQUESTS)
      }
      for (const { giveBack } of inFlight) giveBack()
      expect(budget.available()).toBe(createKeepaliveBudget().available())
    }),
  )
})

test('nine small requests use the budget up', () => {
  const budget = createKeepaliveBudget()
  const reserved = Array.from({ length: 9 }, () => budget.reserve(10))
  expect(reserved.every((giveBack) => giveBack !== undefined)).toBe(true)
  expect([budget.available(), budget.reserve(10)]).toEqual([0, undefined])
  reserved[0]?.()
  expect(budget.reserve(10)).toBeDefined()
})
