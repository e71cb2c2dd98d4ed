import { expect, test } from 'vitest'
import { createDeferredTracker } from '../src/deferred-tracker.ts'
import { MAX_WAITING_EVENTS } from '../src/waiting-calls.ts'
import { createScriptedTracker } from './scripted-tracker.ts'

const CALL_TIME = Date.UTC(2024, 0, 30, 9)

function setUp() {
  const logs: string[] = []
  let time = CALL_TIME
  const later = (ms: number) => void (time += ms)
  const deferred = createDeferredTracker({ now: () => time, log: (message) => logs.push(message) })
  const real = createScriptedTracker({}, { listens: false })
  return { ...deferred, real, logs, later }
}

const storedEvents = (real: ReturnType<typeof setUp>['real']) => [...real.stored.values()]

test('calls that come before there is a tracker wait, and follow in order', async () => {
  const { tracker, attach, real } = setUp()
  tracker.track('first', { n: 1 })
  tracker.identify('user-42', { plan: 'pro' })
  tracker.page('/pricing')
  attach(() => real.tracker)
  tracker.track('last')
  await tracker.flush()
  expect(storedEvents(real).map(({ event_name }) => event_name)).toEqual(['first', '$identify', 'page_view', 'last'])
  expect(storedEvents(real)[1]).toMatchObject({ user_id: 'user-42', metadata: { traits: { plan: 'pro' } } })
})

test('an event that waited bears the time and the metadata of its call', async () => {
  const { tracker, attach, real, later } = setUp()
  const metadata = { step: 'before' }
  tracker.track('waited', metadata)
  tracker.track('dated', undefined, { timestamp: '2020-02-29T00:00:00Z', userId: 'u' })
  metadata.step = 'after'
  later(60_000)
  attach(() => real.tracker)
  await tracker.flush()
  expect(storedEvents(real)).toMatchObject([
    { timestamp: new Date(CALL_TIME).toISOString(), metadata: { step: 'before' } },
    { timestamp: '2020-02-29T00:00:00Z', user_id: 'u' },
  ])
})

test('more events than may wait are dropped with a reason, counted and told; the others are not lost', async () => {
  const { tracker, attach, real, logs } = setUp()
  const dropped: unknown[] = []
  tracker.on('dropped', (signal) => dropped.push(signal))
  for (let i = 0; i < MAX_WAITING_EVENTS + 3; i++) tracker.track(`event ${i}`)
  const overflow = { reason: 'queue_full', message: '1000 events wait for a tracker already' }
  expect(dropped).toEqual([overflow, overflow, overflow])
  expect(logs).toEqual([expect.stringContaining('dropped (queue_full)')])
  expect(tracker.stats()).toMatchObject({ captured: MAX_WAITING_EVENTS + 3, dropped: 3, waiting: MAX_WAITING_EVENTS })

  attach(() => real.tracker)
  await tracker.flush({ timeoutMs: 60_000 })
  expect(tracker.stats()).toMatchObject({
    captured: MAX_WAITING_EVENTS + 3,
    dropped: 3,
    delivered: MAX_WAITING_EVENTS,
    waiting: 0,
  })
  expect(real.stored.size).toBe(MAX_WAITING_EVENTS)
})

test('a refusal of consent is never among what overflows', () => {
  const { tracker, attach, real } = setUp()
  for (let i = 0; i <= MAX_WAITING_EVENTS; i++) tracker.track('event')
  tracker.optOut()
  attach(() => real.tracker)
  expect(real.consents.at(-1)).toBe(false)
  expect(real.tracker.stats()).toMatchObject({ waiting: 0, dropped: MAX_WAITING_EVENTS })
})

test('who listens before there is a tracker hears it later; who stopped does not', async () => {
  const { tracker, attach, real } = setUp()
  const heard: number[] = []
  tracker.on('delivered', ({ events }) => heard.push(events))
  const stop = tracker.on('delivered', () => heard.push(-1))
  tracker.track('one')
  stop()
  attach(() => real.tracker)
  await tracker.flush()
  expect(heard).toEqual([1])
})

test('an error that nobody listens to is still told on the console', () => {
  const { tracker, attach, real, logs } = setUp()
  attach(() => real.tracker)
  tracker.track('')
  expect(logs).toEqual([expect.stringContaining('event name must be a string')])
})

test('flush and shutdown return before there is a tracker, and say what waits', async () => {
  const { tracker, attach, real } = setUp()
  tracker.track('one')
  expect(await tracker.flush()).toEqual({ delivered: 0, waiting: 1, dropped: 0 })
  expect(await tracker.shutdown()).toEqual({ delivered: 0, waiting: 1, dropped: 0 })
  tracker.track('after the end')
  attach(() => real.tracker)
  await real.tracker.shutdown()
  expect(storedEvents(real).map(({ event_name }) => event_name)).toEqual(['one'])
  expect(tracker.stats()).toMatchObject({ delivered: 1, dropped: 1 })
})

test('only the first tracker is made', () => {
  const { attach, real } = setUp()
  let made = 0
  const create = () => (made++, real.tracker)
  expect([attach(create), attach(create), made]).toEqual([true, false, 1])
})

test('no call throws, whatever it is given', () => {
  const { tracker, attach, real } = setUp()
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const hostile = Object.defineProperty({}, 'timestamp', {
    get() {
      throw new Error('hostile')
    },
  })
  tracker.track('circular', circular)
  tracker.track('bigint', { n: 1n })
  tracker.track('hostile', {}, hostile)
  tracker.track(undefined as never, null as never, null as never)
  attach(() => real.tracker)
  expect(tracker.stats()).toMatchObject({ captured: 4, dropped: 4, waiting: 0 })
})
