import { parseLaneKey, type DropReport, type EventInput } from '@truecount/protocol'
import { expect, test } from 'vitest'
import type { QueuedEvent } from '../src/capture/event-queue.ts'
import { createScriptedTracker, expectBalanced, refused, retry } from './scripted-tracker.ts'

test('a full queue refuses the newest, counts each, and tells the collector how many', async () => {
  const { tracker, clock, setScript, accept, stored, heard } = createScriptedTracker({ maxQueueBytes: 2000 })
  setScript(() => retry())
  for (let i = 0; i < 100; i++) tracker.track('a', { i })
  const { waiting, dropped, captured } = tracker.stats()
  expect(waiting + dropped).toBe(100)
  expect(dropped).toBeGreaterThan(50)
  expect(heard.dropped.every(({ reason }) => reason === 'queue_full')).toBe(true)
  expect(heard.dropped).toHaveLength(dropped)
  await clock.advance(10_000)

  setScript(accept)
  await clock.advance(100_000)
  const reports = [...stored.values()].filter(({ event_name }) => event_name === '$dropped')
  expect(reports.map(({ metadata }) => metadata)).toMatchObject([{ reasons: { queue_full: dropped } }])
  expect(tracker.stats()).toMatchObject({
    captured: captured + 1,
    adopted: 0,
    delivered: waiting + 1,
    dropped,
    waiting: 0,
  })
})

test('a drop report is an event like any other: numbered in its lane, repeated under its key, stored once', async () => {
  const { tracker, clock, attempts, setScript, accept, stored } = createScriptedTracker()
  setScript((events, i) => {
    const outcome = accept(events, i)
    return i < 3 ? retry() : outcome
  })
  tracker.track('')
  tracker.track('a')
  await clock.advance(60_000)
  expect(attempts.length).toBeGreaterThan(3)
  const keys = [...stored.keys()].map((key) => parseLaneKey(key))
  expect(keys.map((position) => position?.seq)).toEqual([2, 3])
  expect(new Set(keys.map((position) => position?.lane)).size).toBe(1)
  expect([...stored.values()][1]).toMatchObject({ event_name: '$dropped', metadata: { reasons: { invalid_event: 1 } } })
})

test('a drop is told to the collector once, and the next one again', async () => {
  const { tracker, clock, stored } = createScriptedTracker()
  tracker.track('')
  tracker.track('a')
  await clock.advance(10_000)
  tracker.track('b')
  await clock.advance(10_000)
  tracker.track('c'.repeat(101))
  tracker.track('d')
  await clock.advance(10_000)
  const reports = [...stored.values()].filter(({ event_name }) => event_name === '$dropped')
  expect(reports.map(({ metadata }) => metadata)).toMatchObject([
    { reasons: { invalid_event: 1 } },
    { reasons: { invalid_event: 1 } },
  ])
})

test("only numbered events are reported: a caller's own key left no gap, whether it is given or null", async () => {
  const { tracker, clock, stored } = createScriptedTracker()
  tracker.track('', {}, { idempotencyKey: 'mine' })
  tracker.track('', {}, { idempotencyKey: null as never })
  tracker.track('a')
  await clock.advance(10_000)
  expect([...stored.values()].map(({ metadata }) => metadata ?? {})).toMatchObject([
    {},
    { reasons: { invalid_event: 1 } },
  ])
})

test('a collector that refuses the reports too gets no endless stream of them', async () => {
  const { tracker, clock, attempts, setScript } = createScriptedTracker({ flushAt: 1 })
  setScript((_, i) => (i < 1000 ? refused('refused') : undefined))
  tracker.track('a')
  await clock.advance(100_000)
  expect(attempts.length).toBeLessThan(10)
  expect(tracker.stats()).toMatchObject({ waiting: 0 })
  expectBalanced(tracker)
})

test('the same key of the caller twice is one event, in the books as well', async () => {
  const { tracker, clock, stored } = createScriptedTracker()
  tracker.track('order', { n: 1 }, { idempotencyKey: 'order-1' })
  tracker.track('order', { n: 1 }, { idempotencyKey: 'order-1' })
  expectBalanced(tracker)
  await clock.advance(10_000)
  tracker.track('order', { n: 1 }, { idempotencyKey: 'order-1' })
  await clock.advance(10_000)
  expect([...stored.keys()]).toEqual(['order-1'])
  expect(tracker.stats()).toMatchObject({ captured: 2, waiting: 0, duplicates: 1 })
  expectBalanced(tracker)
})

test('beforeSend hooks run in order, and each sees what the one before made', async () => {
  const { tracker, clock, stored } = createScriptedTracker({
    beforeSend: [
      (event) => ({ ...event, metadata: { ...event.metadata, first: true } }),
      (event) => ({ ...event, event_name: `${event.event_name}!`, metadata: { ...event.metadata, second: true } }),
    ],
  })
  tracker.track('a', { own: 1 })
  await clock.advance(2000)
  expect([...stored.values()]).toMatchObject([{ event_name: 'a!', metadata: { own: 1, first: true, second: true } }])
})

test('a beforeSend that returns null, throws or forgets to return costs that event only, with its reason', async () => {
  const seen: string[] = []
  const { tracker, clock, stored, heard } = createScriptedTracker({
    beforeSend: [
      (event) => {
        seen.push(event.event_name)
        if (event.event_name === 'null') return null
        if (event.event_name === 'throw') throw Object.create(null) as Error
        return event.event_name === 'forgets' ? (undefined as never) : event
      },
    ],
  })
  for (const name of ['null', 'throw', 'forgets', 'kept']) tracker.track(name)
  expect(heard.dropped).toHaveLength(3)
  expect(heard.dropped.map(({ reason }) => reason)).toEqual(['before_send', 'before_send', 'before_send'])
  await clock.advance(2000)
  expect([...stored.values()]).toMatchObject([
    { event_name: 'kept' },
    { event_name: '$dropped', metadata: { reasons: { before_send: 3 } } },
  ])
  expect(seen).toEqual(['null', 'throw', 'forgets', 'kept'])
  expect(tracker.stats()).toMatchObject({ captured: 5, adopted: 0, delivered: 2, dropped: 3, waiting: 0 })
})

test('where the queue is durable, a drop is written down at once, as the report that would tell it', async () => {
  const jotted: QueuedEvent[] = []
  const { tracker, clock, stored } = createScriptedTracker({}, { jot: (report) => jotted.push(report) })
  tracker.track('')
  tracker.track('x'.repeat(101))
  tracker.track('a')
  expect(jotted.map(({ key }) => parseLaneKey(key)?.seq)).toEqual([2, 2])
  const reports = jotted.map(({ json }) => JSON.parse(json) as EventInput)
  expect(reports.map(({ metadata }) => metadata)).toMatchObject([
    { reasons: { invalid_event: 1 } },
    { reasons: { invalid_event: 2 } },
  ])
  await clock.advance(10_000)
  // What is sent in the end is what whoever came after would have sent: one event, under one key.
  expect([...stored.values()].find(({ event_name }) => event_name === '$dropped')).toMatchObject({
    idempotency_key: jotted[0]?.key,
    metadata: { reasons: { invalid_event: 2 } },
  })
  tracker.track('')
  expect(parseLaneKey(jotted.at(-1)?.key ?? '')?.seq).toBe(6)
})

test('a report that an heir may have sent does not grow any more: as the page goes it is done, sent or not', async () => {
  const jotted: QueuedEvent[] = []
  const { tracker, clock, queue, setScript, accept, stored, sendAtExit, attempts } = createScriptedTracker(
    {},
    { jot: (report) => jotted.push(report) },
  )
  setScript(() => retry(60_000))
  tracker.track('a')
  await clock.advance(2_000)
  tracker.track('')
  sendAtExit(() => 60_000)
  expect(attempts).toHaveLength(1)
  const left = [...queue.peek()].map(({ json }) => JSON.parse(json) as EventInput)
  expect(left).toMatchObject([{ event_name: 'a' }, { metadata: { reasons: { invalid_event: 1 } } }])
  // The page comes back.
  tracker.track('')
  tracker.track('')
  setScript(accept)
  await clock.advance(120_000)
  const reports = [...stored.values()].filter(({ event_name }) => event_name === '$dropped')
  expect(reports.map(({ metadata }) => metadata)).toMatchObject([
    { reasons: { invalid_event: 1 } },
    { reasons: { invalid_event: 2 } },
  ])
  expect(reports[0]?.idempotency_key).toBe(jotted[0]?.key)
})

test('where a platform lacks what events are measured with, they are dropped with its words and nothing throws', async () => {
  const { tracker, clock, heard } = createScriptedTracker(
    {},
    {
      jot: () => undefined,
      utf8Bytes: () => {
        throw new ReferenceError('TextEncoder is not defined')
      },
    },
  )
  tracker.track('a', {})
  tracker.identify('ann')
  const flushed = tracker.flush()
  await clock.advance(10_000)
  expect(await flushed).toEqual({ delivered: 0, waiting: 0, dropped: 0 })
  expect(heard.dropped[0]).toEqual({ reason: 'invalid_event', message: 'ReferenceError: TextEncoder is not defined' })
  expect(tracker.stats()).toMatchObject({ captured: 2, dropped: 2, waiting: 0 })
})

test('a report that finds no room is not lost: it waits, and counts on', async () => {
  const { tracker, clock, stored, setScript, accept } = createScriptedTracker({ maxQueueBytes: 300 })
  setScript(() => retry())
  tracker.track('own', { text: 'x'.repeat(50) })
  // Reports of drops before the one that holds the queue up fill what is kept free for them.
  for (let i = 0; i < 40; i++) {
    tracker.track('', {})
    const flushed = tracker.flush({ timeoutMs: 0 })
    await clock.advance(0)
    await flushed
  }
  setScript(accept)
  await clock.advance(200_000)
  const told = [...stored.values()].filter(({ event_name }) => event_name === '$dropped')
  const counts = told.map(({ metadata }) => (metadata as unknown as DropReport).reasons.invalid_event ?? 0)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40)
  expect(tracker.stats()).toMatchObject({ dropped: 40, waiting: 0 })
  expectBalanced(tracker)
})

test('a report says how far the lane had come: what was given up after the last event that arrives is known by it', async () => {
  const { tracker, clock, stored } = createScriptedTracker()
  tracker.track('a')
  for (let i = 0; i < 3; i++) tracker.track('')
  await clock.advance(10_000)
  expect([...stored.values()].map(({ metadata }) => metadata)).toEqual([
    undefined,
    { reasons: { invalid_event: 3 }, last: 5 },
  ])
})
