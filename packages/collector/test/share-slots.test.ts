import { expect, test } from 'vitest'
import { shareSlots } from '../src/deliver/share-slots.ts'
import type { DueWebhook } from '../src/store/outbox.ts'

const LIMITS = { total: 10, failing: 3, perWebhook: 4 }
const idle = { total: 0, failing: 0, byWebhook: new Map<string, number>() }

function due(webhookId: string, more: Partial<DueWebhook> = {}): DueWebhook {
  return { webhookId, failing: false, due: 4, dueAtMs: 0, ...more }
}

function shares(webhooks: readonly DueWebhook[], taken = idle): Record<string, number> {
  return Object.fromEntries(shareSlots(webhooks, taken, LIMITS).map(({ webhookId, limit }) => [webhookId, limit]))
}

test('a webhook alone gets what it may have, and no more than it has', () => {
  expect(shares([due('a')])).toEqual({ a: 4 })
  expect(shares([due('a', { due: 2 })])).toEqual({ a: 2 })
})

test('free slots go to whoever has the fewest, and of equals to the longest due', () => {
  const taken = { total: 7, failing: 0, byWebhook: new Map([['busy', 3]]) }
  expect(shares([due('busy'), due('a', { dueAtMs: 2 }), due('b', { dueAtMs: 1 })], taken)).toEqual({ b: 2, a: 1 })
})

test('a webhook that fails gets one, and all that fail no more than their part', () => {
  const failing = Array.from({ length: 6 }, (_, i) => due(`f${i}`, { failing: true, dueAtMs: -1 }))
  expect(shares([...failing, due('a'), due('b')])).toEqual({ f0: 1, f1: 1, f2: 1, a: 4, b: 3 })
  expect(shares(failing, { total: 3, failing: 3, byWebhook: new Map() })).toEqual({})
  const tried = { total: 1, failing: 1, byWebhook: new Map([['f0', 1]]) }
  expect(shares([due('f0', { failing: true })], tried)).toEqual({})
})

test('none are free', () => {
  expect(shares([due('a')], { total: 10, failing: 0, byWebhook: new Map() })).toEqual({})
})
