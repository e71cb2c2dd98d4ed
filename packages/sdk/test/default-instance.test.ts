import { expect, test } from 'vitest'
import { createDefaultInstance } from '../src/default-instance.ts'
import * as browser from '../src/browser/index.ts'
import * as node from '../src/node/index.ts'
import type { Tracker } from '../src/tracker.ts'
import { createScriptedTracker } from './scripted-tracker.ts'

test('init() begins, and what was called before it follows', async () => {
  const real = createScriptedTracker()
  const given: unknown[] = []
  const method = createDefaultInstance({
    createTracker: (options: object) => (given.push(options), real.tracker),
    now: Date.now,
    log: () => undefined,
  })
  method('track')('early', { n: 1 })
  method('init')({ key: 'k' })
  method('track')('late', { n: 2 })
  expect(await method('flush')()).toEqual({ delivered: 2, waiting: 0, dropped: 0 })
  expect([...real.stored.values()].map(({ event_name }) => event_name)).toEqual(['early', 'late'])
  expect(given).toEqual([{ key: 'k' }])
})

test('a second init() makes no second tracker, and is told', () => {
  const logs: string[] = []
  let made = 0
  const method = createDefaultInstance({
    createTracker: () => (made++, createScriptedTracker().tracker),
    now: Date.now,
    log: (message) => logs.push(message),
  })
  method('init')({})
  method('init')({})
  expect(made).toBe(1)
  expect(logs).toEqual([expect.stringContaining('init() was called before')])
})

test('every entry has all that a tracker can do, by the same names', () => {
  const methods = Object.keys(createScriptedTracker().tracker) as (keyof Tracker)[]
  expect(methods).toHaveLength(10)
  for (const entry of [node, browser]) {
    expect(Object.keys(entry)).toEqual(expect.arrayContaining(['init', 'autoPageViews', ...methods]))
  }
})
