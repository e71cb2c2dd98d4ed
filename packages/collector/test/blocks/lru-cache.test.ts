import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLruCache } from '../../src/store/blocks/lru-cache.ts'

test('What fits into half of the bounds is not read again, the last one never, and nothing that was long unused is kept', () => {
  const anyAsked = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 })
  fc.assert(
    fc.property(anyAsked, fc.integer({ min: 0, max: 40 }), (asked, capacity) => {
      const cache = createLruCache(10 * capacity)
      const readAt = new Map<number, number>()
      asked.forEach((key, i) => {
        const atHand = cache.peek(key)
        const value = cache.get(key, () => {
          readAt.set(key, i)
          return { value: `v${key}`, bytes: 10 }
        })
        expect(value).toBe(`v${key}`)
        expect(atHand).toBe(readAt.get(key) === i ? undefined : value)
        expect(cache.peek(key)).toBe(value)
        const before = asked.lastIndexOf(key, i - 1)
        if (i === 0 || before === -1) return
        const since = new Set(asked.slice(before + 1, i)).size
        const isRead = readAt.get(key) === i
        const mustBeKept = since < Math.max(1, Math.floor(capacity / 2))
        const mustBeGone = since >= 2 * capacity + 2
        expect({ since, isRead }).toEqual({ since, isRead: mustBeGone || (isRead && !mustBeKept) })
      })
    }),
  )
})
