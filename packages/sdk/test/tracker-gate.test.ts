import fc from 'fast-check'
import { validateEvent } from '@truecount/protocol/schema'
import { createManualClock } from '@truecount/testkit'
import { expect, test, vi } from 'vitest'
import { createTracker, type Tracker, type TrackerOptions } from '../src/node/index.ts'
import { resolveOptions, type CoreOptions } from '../src/options.ts'
import { createScriptedTracker, expectBalanced } from './scripted-tracker.ts'

/** Values that throw, or have no text, where code looks at them. */
const hostile = fc.constantFrom<unknown>(
  new Proxy(
    {},
    {
      get: () => {
        throw new Error('get')
      },
      ownKeys: () => {
        throw new Error('ownKeys')
      },
    },
  ),
  {
    toString: () => {
      throw Object.create(null)
    },
  },
  {
    toJSON: () => {
      throw new Error('toJSON')
    },
  },
  { toJSON: () => 'text' },
  {
    get a(): unknown {
      throw Object.create(null)
    },
  },
  Object.create(null),
  Symbol('s'),
  1n,
  '\ud800',
  'x'.repeat(20_000),
  new Date(NaN),
  Number.MAX_VALUE,
  () => undefined,
)
const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  hostile,
)
const options = fc.oneof(
  anything,
  fc.record({ userId: anything, timestamp: anything, idempotencyKey: anything }, { requiredKeys: [] }),
)

test('whatever track() is given, it throws nothing, and the event is kept valid or dropped with a reason', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), anything),
      fc.option(anything, { nil: undefined }),
      options,
      (name, metadata, given) => {
        const { tracker, queue, heard } = createScriptedTracker()
        tracker.track(name as string, metadata as object, given as object)
        const { captured, adopted, dropped, waiting } = tracker.stats()
        expect({ captured, adopted, ended: dropped + waiting }).toEqual({ captured: 1, adopted: 0, ended: 1 })
        expect(heard.dropped).toHaveLength(dropped)
        for (const { reason, message } of heard.dropped) expect(`${reason} ${message}`).toMatch(/^\w+ ./)
        for (const { json } of queue.peek()) {
          const event = JSON.parse(json) as Record<string, unknown>
          const isOwnTime = typeof (given as { timestamp?: unknown } | null)?.timestamp === 'string'
          expect(validateEvent(isOwnTime ? { ...event, timestamp: undefined } : event)).toMatchObject({ ok: true })
        }
      },
    ),
    { numRuns: 3000 },
  )
})

const METHODS = ['track', 'identify', 'page', 'reset', 'optIn', 'optOut', 'on', 'stats'] as const

test('no public method ever throws, and none rejects, whatever its arguments', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...METHODS), fc.array(anything, { maxLength: 3 })), { maxLength: 8 }),
      anything,
      async (calls, drain) => {
        const { tracker, clock, accept, setScript } = createScriptedTracker({ beforeSend: (event) => event })
        setScript(accept)
        const methods = tracker as unknown as Record<string, (...args: unknown[]) => unknown>
        for (const [method, args] of calls) {
          methods[method]?.(...args)
          expectBalanced(tracker)
        }
        const ended = Promise.all([tracker.flush(drain as object), tracker.shutdown(drain as object)])
        await clock.advance(20_000)
        await ended
        expectBalanced(tracker)
      },
    ),
    { numRuns: 500 },
  )
})

test('page() and identify() with arguments that throw are counted, like any other event', () => {
  const { tracker, heard } = createScriptedTracker()
  const bad = {
    get a(): unknown {
      throw new Error('no a')
    },
  }
  tracker.page('p', bad)
  tracker.identify('u', bad)
  expect(heard.dropped).toMatchObject([{ reason: 'invalid_event' }, { reason: 'invalid_event' }])
  expect(tracker.stats()).toMatchObject({ captured: 2, adopted: 0, dropped: 2 })
})

test('an identity that is none is refused, and the one before stays', async () => {
  const known: string[] = []
  const identity = {
    userId: () => known.at(-1) ?? 'before',
    identify: (id: string) => (known.push(id), undefined),
    reset: () => undefined,
  }
  const { tracker, clock, stored, heard } = createScriptedTracker({}, { identity })
  for (const id of [undefined, null, {}, [], Symbol('u'), true]) tracker.identify(id as never)
  expect(known).toEqual([])
  expect(heard.dropped.map(({ reason }) => reason)).toEqual(Array(6).fill('invalid_event'))
  tracker.identify('ann')
  tracker.track('a')
  await clock.advance(2000)
  expect([...stored.values()].slice(0, 2)).toMatchObject([
    { event_name: '$identify', user_id: 'ann' },
    { user_id: 'ann' },
  ])
})

test('identify names the user and links the anonymous id; page names the page', async () => {
  const identity = { userId: () => 'anon', identify: () => 'anon', reset: () => undefined }
  const { tracker, clock, stored } = createScriptedTracker({}, { identity })
  tracker.track('a')
  tracker.identify('ann', { plan: 'pro' })
  tracker.page()
  tracker.page('/named', { ref: 'x' })
  tracker.track('b', {}, { userId: 'bob' })
  await clock.advance(2000)
  expect([...stored.values()]).toMatchObject([
    { event_name: 'a', user_id: 'anon' },
    { event_name: '$identify', user_id: 'ann', metadata: { anonymous_id: 'anon', traits: { plan: 'pro' } } },
    { event_name: 'page_view', metadata: { page: '/test' } },
    { event_name: 'page_view', metadata: { page: '/named', ref: 'x' } },
    { event_name: 'b', user_id: 'bob' },
  ])
})

test('whoever tracks from within a hook, a toJSON or a listener finds it on the books once', async () => {
  const { tracker, clock, stored } = createScriptedTracker({
    beforeSend(event) {
      if (event.event_name === 'outer') tracker.track('from a hook')
      return event
    },
  })
  tracker.on('dropped', () => tracker.track('from a listener'))
  tracker.track('outer', { toJSON: () => (tracker.track('from toJSON'), {}) })
  tracker.track('')
  expect(tracker.stats()).toMatchObject({ captured: 5, waiting: 4, dropped: 1 })
  await clock.advance(2000)
  expect([...stored.values()].map(({ event_name }) => event_name).sort()).toEqual([
    '$dropped',
    'from a hook',
    'from a listener',
    'from toJSON',
    'outer',
  ])
  expectBalanced(tracker)
})

test('a listener that throws harms neither the event nor the other listeners; one that left hears nothing', async () => {
  const { tracker, clock, stored } = createScriptedTracker({}, { listens: false })
  const heard: string[] = []
  tracker.on('delivered', () => {
    throw new Error('mine')
  })
  const leave = tracker.on('delivered', () => heard.push('left'))
  tracker.on('delivered', () => heard.push('stays'))
  leave()
  tracker.track('a')
  await clock.advance(2000)
  expect(stored.size).toBe(1)
  expect(heard).toEqual(['stays'])
})

test('an error that nobody listens to is logged once; one that is heard is not', () => {
  const unheard = createScriptedTracker({}, { listens: false })
  unheard.tracker.track('')
  unheard.tracker.track('')
  expect(unheard.logs).toMatchObject([expect.stringMatching(/invalid_event/)])
  const listened = createScriptedTracker()
  listened.tracker.track('')
  expect([listened.heard.error.length, listened.logs]).toEqual([1, []])
})

test('a disabled tracker does nothing at all, and answers all the same', async () => {
  const { tracker, clock, attempts, consents, logs, heard } = createScriptedTracker({ disabled: true })
  for (const method of METHODS.slice(0, 6)) tracker[method as 'page']('a')
  expect(await tracker.flush()).toEqual({ delivered: 0, waiting: 0, dropped: 0 })
  expect(await tracker.shutdown()).toEqual({ delivered: 0, waiting: 0, dropped: 0 })
  await clock.advance(100_000)
  expect([attempts.length, consents, logs, heard.dropped, clock.pending()]).toEqual([0, [], [], [], 0])
  expect(tracker.stats().captured).toBe(0)
})

/** What is logged of these options, problem by problem; such options are disabled. */
function problemsOf(given: unknown): string[] {
  const logs: string[] = []
  const ofPlatform = { maxQueueBytes: 1000, clock: createManualClock() }
  const { disabled } = resolveOptions(given as CoreOptions, ofPlatform, (message) => logs.push(message))
  expect([logs.length, disabled]).toEqual([1, true])
  return logs.join().replace('nothing is captured. ', '').split('; ')
}

/** Node's own tracker, and what the console was told. */
function quietly(make: () => Tracker): { tracker: Tracker; warnings: readonly string[] } {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  try {
    return { tracker: make(), warnings: warn.mock.calls.map((call) => call.join(' ')) }
  } finally {
    warn.mockRestore()
  }
}

test('every problem of the options is listed at once, and such a tracker captures nothing', () => {
  const bad = {
    key: '',
    endpoint: 'events.example.com',
    flushAt: 0,
    flushIntervalMs: -1,
    maxBatchEvents: 101,
    maxQueueBytes: NaN,
  }
  expect(problemsOf(bad).map((problem) => problem.split(':')[0])).toEqual([
    'key',
    'endpoint',
    'flushAt',
    'flushIntervalMs',
    'maxBatchEvents',
    'maxQueueBytes',
  ])
  const { tracker, logs } = createScriptedTracker(bad)
  tracker.track('a')
  expect(tracker.stats().captured).toBe(0)
  expect(logs).toEqual([`nothing is captured. ${problemsOf(bad).join('; ')}`])
})

test.each([
  ['flushIntervalMs', Infinity],
  ['requestTimeoutMs', 2 ** 31],
  ['flushAt', '5'],
  ['key', Symbol('k')],
  ['endpoint', Symbol('e')],
  ['endpoint', undefined],
])('an option that no timer or request could bear is a problem, not a surprise later: %s %s', (name, value) => {
  const problems = problemsOf({ key: 'k', endpoint: 'https://c.example', [name]: value })
  expect(problems).toMatchObject([expect.stringMatching(`^${name}: give `)])
})

test.each([
  ['beforeSend', 'x'],
  ['beforeSend', [5]],
  ['clock', {}],
  ['clock', { now: Date.now }],
  ['consent', 'grant'],
  ['fetch', 1],
  ['queue', './events'],
  ['queue', true],
  ['waitUntil', {}],
])('an option of the wrong kind is told, and as if it were not given: %s %j', (name, value) => {
  expect(problemsOf({ key: 'k', endpoint: 'https://c.example', [name]: value })).toEqual([
    expect.stringMatching(`^${name}: give `),
  ])
  const given = { key: 'k', endpoint: 'https://c.example', [name]: value } as unknown as TrackerOptions
  const { tracker, warnings } = quietly(() => createTracker(given))
  expect(warnings).toMatchObject([expect.stringMatching(`nothing is captured. ${name}: give `)])
  tracker.track('a')
  expect(tracker.stats().captured).toBe(0)
})

test.each([[undefined], [null], [5], ['x'], [[]]])('options that are none (%j) are problems too', (given) => {
  expect(problemsOf(given)).toHaveLength(2)
})
