import { expect, test } from 'vitest'
import { createScriptedTracker, refused, retry } from './scripted-tracker.ts'

test('flush says what happened, at once where nothing waits', async () => {
  const { tracker, attempts } = createScriptedTracker()
  expect(await tracker.flush()).toEqual({ delivered: 0, waiting: 0, dropped: 0 })
  tracker.track('a')
  tracker.track('')
  tracker.track('b')
  expect(await tracker.flush()).toMatchObject({ delivered: 3, waiting: 0 })
  expect(attempts).toHaveLength(1)
})

test('flush calls join: they make no request of their own, and each is answered', async () => {
  const { tracker, attempts, setScript, clock, accept } = createScriptedTracker()
  setScript(() => undefined)
  tracker.track('a')
  const first = tracker.flush()
  const second = tracker.flush()
  tracker.track('b')
  const third = tracker.flush()
  await clock.advance(0)
  expect(attempts).toHaveLength(1)
  setScript(accept)
  attempts[0]?.answer(accept(attempts[0].events, 0) ?? retry())
  expect(await first).toMatchObject({ delivered: 1 })
  expect(await second).toMatchObject({ delivered: 1 })
  expect(await third).toEqual({ delivered: 2, waiting: 0, dropped: 0 })
  expect(attempts).toHaveLength(2)
})

test('flush does not wait for what is tracked after it', async () => {
  const { tracker, clock, setScript, accept } = createScriptedTracker({ maxBatchEvents: 1 })
  tracker.track('a')
  setScript((events, i) => {
    tracker.track('more')
    return i < 50 ? accept(events, i) : undefined
  })
  let result: unknown
  void tracker.flush().then((flushed) => (result = flushed))
  await clock.advance(0)
  expect(result).toMatchObject({ delivered: 1, waiting: 1 })
})

test('flush returns in its time against a collector that never answers, and says what waits', async () => {
  const { tracker, clock, setScript } = createScriptedTracker()
  setScript(() => undefined)
  tracker.track('a')
  let result: unknown
  void tracker.flush({ timeoutMs: 300 }).then((flushed) => (result = flushed))
  await clock.advance(299)
  expect(result).toBeUndefined()
  await clock.advance(1)
  expect(result).toEqual({ delivered: 0, waiting: 1, dropped: 0 })
})

test.each([Infinity, 1e12])('flush may be given all the time in the world: %d ms', async (timeoutMs) => {
  const { tracker, clock, attempts, setScript, accept } = createScriptedTracker()
  setScript(() => undefined)
  tracker.track('a')
  let result: unknown
  void tracker.flush({ timeoutMs }).then((flushed) => (result = flushed))
  await clock.advance(60_000)
  expect(result).toBeUndefined()
  attempts[0]?.answer(accept(attempts[0].events, 0) ?? retry())
  await clock.advance(0)
  expect(result).toMatchObject({ delivered: 1 })
})

test.each([[-1], [NaN], ['soon'], [Symbol('t')], [{ valueOf: 1, toString: 1 }]])(
  'a time that is none (%s) makes flush return at once, not throw',
  async (timeoutMs) => {
    const { tracker, clock, setScript } = createScriptedTracker()
    setScript(() => undefined)
    tracker.track('a')
    const flushed = tracker.flush({ timeoutMs: timeoutMs as never })
    await clock.advance(10_000)
    expect(await flushed).toEqual({ delivered: 0, waiting: 1, dropped: 0 })
  },
)

test('shutdown sends what waits, then ends: later events are dropped with that reason, and no timer is left', async () => {
  const { tracker, clock, stored, heard, attempts } = createScriptedTracker()
  tracker.track('a')
  const first = tracker.shutdown()
  expect(tracker.shutdown({ timeoutMs: 1 })).toBe(first)
  expect(await first).toEqual({ delivered: 1, waiting: 0, dropped: 0 })
  tracker.track('late')
  tracker.identify('u')
  tracker.page()
  tracker.optIn()
  expect(heard.dropped.map(({ reason }) => reason)).toEqual(['shut_down', 'shut_down', 'shut_down'])
  expect(await tracker.flush()).toEqual({ delivered: 1, waiting: 0, dropped: 0 })
  await clock.advance(100_000)
  expect(clock.pending()).toBe(0)
  expect(attempts).toHaveLength(1)
  expect(stored.size).toBe(1)
  expect(tracker.stats()).toMatchObject({ captured: 4, adopted: 0, delivered: 1, dropped: 3, waiting: 0 })
})

test('shutdown returns in its time against a collector that never answers, and a late answer changes only the books', async () => {
  const { tracker, clock, attempts, setScript } = createScriptedTracker({ flushAt: 1 })
  setScript(() => undefined)
  for (let i = 0; i < 150; i++) tracker.track('a')
  let result: unknown
  void tracker.shutdown({ timeoutMs: 700 }).then((ended) => (result = ended))
  await clock.advance(699)
  expect(result).toBeUndefined()
  await clock.advance(1)
  expect(result).toEqual({ delivered: 0, waiting: 150, dropped: 0 })
  attempts[0]?.answer(retry())
  await clock.advance(100_000)
  expect(attempts).toHaveLength(1)
  expect(clock.pending()).toBe(0)
})

test('shutdown returns at once where the collector refuses the key', async () => {
  const { tracker, setScript } = createScriptedTracker()
  setScript(() => refused('unauthorized'))
  tracker.track('a')
  expect(await tracker.shutdown()).toEqual({ delivered: 0, waiting: 1, dropped: 0 })
})

test('what is given up during a shutdown is still reported by it', async () => {
  const { tracker, stored, setScript, accept } = createScriptedTracker()
  setScript((events, i) =>
    events.some(({ event_name }) => event_name === 'poison') ? refused('refused') : accept(events, i),
  )
  tracker.track('poison')
  expect(await tracker.shutdown()).toEqual({ delivered: 1, waiting: 0, dropped: 1 })
  expect([...stored.values()]).toMatchObject([{ event_name: '$dropped', metadata: { reasons: { refused: 1 } } }])
})

test('waitUntil gets one promise that lasts until all that was tracked meanwhile is sent', async () => {
  const works: Promise<unknown>[] = []
  const { tracker, clock, setScript, attempts, accept, stored } = createScriptedTracker({
    waitUntil: (work) => works.push(work),
  })
  setScript(() => undefined)
  tracker.track('a')
  tracker.track('b')
  await clock.advance(0)
  tracker.track('c')
  let isOver = false
  void works[0]?.then(() => (isOver = true))
  setScript(accept)
  attempts[0]?.answer(accept(attempts[0].events, 0) ?? retry())
  for (let turn = 0; turn < 20; turn++) await clock.advance(0)
  expect(isOver).toBe(true)
  expect(stored.size).toBe(3)
  expect(works).toHaveLength(1)

  tracker.track('d')
  expect(works).toHaveLength(2)
  await works[1]
  expect(stored.size).toBe(4)
})

test('waitUntil is let go when a shutdown ends before all is sent', async () => {
  const works: Promise<unknown>[] = []
  const { tracker, clock, setScript, attempts, accept } = createScriptedTracker({
    waitUntil: (work) => works.push(work),
  })
  setScript(() => undefined)
  for (let i = 0; i < 150; i++) tracker.track('a')
  await clock.advance(0)
  const ended = tracker.shutdown({ timeoutMs: 1_000 })
  attempts[0]?.answer(accept(attempts[0].events, 0) ?? retry())
  let isOver = false
  void works[0]?.then(() => (isOver = true))
  await clock.advance(60_000)
  expect(await ended).toMatchObject({ delivered: 100, waiting: 50 })
  expect(isOver).toBe(true)
})

test('waitUntil gets what is tracked as soon as a flush is over, too', async () => {
  const works: Promise<unknown>[] = []
  const { tracker, clock, stored } = createScriptedTracker({ waitUntil: (work) => works.push(work) })
  for (const name of ['b', 'd']) {
    tracker.track('a')
    await tracker.flush()
    tracker.track(name)
    await Promise.all(works)
    expect([...stored.values()].at(-1)).toMatchObject({ event_name: name })
  }
  await clock.advance(0)
})

test('waitUntil is let go in bounded time where the collector never answers', async () => {
  const works: Promise<unknown>[] = []
  const { tracker, clock, setScript } = createScriptedTracker({ waitUntil: (work) => works.push(work) })
  setScript(() => undefined)
  tracker.track('a')
  let isOver = false
  void works[0]?.then(() => (isOver = true))
  await clock.advance(60_000)
  expect(isOver).toBe(true)
})

test('a waitUntil that throws costs no event', async () => {
  const { tracker, clock, stored, heard } = createScriptedTracker({
    waitUntil() {
      throw new Error('outside of a request')
    },
  })
  tracker.track('a')
  await clock.advance(2000)
  expect(stored.size).toBe(1)
  expect(heard.error).toMatchObject([{ message: expect.stringContaining('outside of a request') as string }])
})
