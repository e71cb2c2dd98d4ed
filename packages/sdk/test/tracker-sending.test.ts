import { utf8Bytes } from '@truecount/protocol'
import { expect, test } from 'vitest'
import { createScriptedTracker, namesOf, refused, retry } from './scripted-tracker.ts'

const rejected = { status: 'rejected', error: 'invalid_request', message: 'no' } as const

test('track() does no network work: the first request comes from a timer', async () => {
  const { tracker, clock, attempts } = createScriptedTracker({ flushAt: 1, waitUntil: () => undefined })
  for (let i = 0; i < 200; i++) tracker.track('a')
  tracker.page()
  tracker.identify('u')
  expect(attempts).toHaveLength(0)
  await clock.advance(0)
  expect(attempts.length).toBeGreaterThan(0)
})

test('events wait for company as long as the interval, and not a moment longer', async () => {
  const { tracker, clock, attempts } = createScriptedTracker({ flushIntervalMs: 2000 })
  tracker.track('a')
  await clock.advance(1500)
  tracker.track('b')
  await clock.advance(499)
  expect(attempts).toHaveLength(0)
  await clock.advance(1)
  expect(namesOf(attempts)).toEqual([['a', 'b']])
})

test('enough bytes go at once, and one byte less waits', async () => {
  const { tracker, clock, queue, attempts } = createScriptedTracker({}, { maxBatchBytes: 3000 })
  for (let i = 0; i < 3; i++) tracker.track('a', { padding: 'x'.repeat(700) })
  const { bytes } = [...queue.peek()][0] ?? { bytes: 0 }
  tracker.track('a', { padding: 'x'.repeat(700 + 2999 - 4 * bytes) })
  expect([queue.count(), queue.bytes()]).toEqual([4, 2999])
  await clock.advance(0)
  expect(attempts).toHaveLength(0)
  tracker.track('b')
  await clock.advance(0)
  expect(attempts).not.toHaveLength(0)
})

test('one event short of enough waits; enough events go at once', async () => {
  const { tracker, clock, attempts } = createScriptedTracker({ flushAt: 3 })
  tracker.track('a')
  tracker.track('b')
  await clock.advance(0)
  expect(attempts).toHaveLength(0)
  tracker.track('c')
  await clock.advance(0)
  expect(namesOf(attempts)).toEqual([['a', 'b', 'c']])
})

test('what waits beside a batch, and is on no way yet, is told with it', async () => {
  const { tracker, clock, attempts, sendAtExit, setScript } = createScriptedTracker({ flushAt: 1, maxBatchEvents: 2 })
  setScript(() => undefined)
  for (const name of ['a', 'b', 'c', 'd', 'e']) tracker.track(name)
  await clock.advance(0)
  let room = 24_000
  sendAtExit(() => (room -= 6000))
  expect(attempts.map(({ events, waiting }) => [events.length, waiting])).toEqual([
    [2, 3],
    [2, 1],
  ])
})

test('one batch is in flight at a time, oldest first, and each event goes once', async () => {
  const { tracker, clock, attempts, setScript, accept } = createScriptedTracker({ flushAt: 1, maxBatchEvents: 2 })
  setScript(() => undefined)
  for (const name of ['a', 'b', 'c', 'd', 'e']) tracker.track(name)
  await clock.advance(5000)
  expect(attempts).toHaveLength(1)
  setScript(accept)
  attempts[0]?.answer(accept(attempts[0].events, 0) ?? retry())
  await clock.advance(5000)
  expect(namesOf(attempts)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
})

test('a failed batch is sent again whole under its old keys, with growing waits, until it is stored once', async () => {
  const { tracker, clock, attempts, setScript, accept, stored, heard } = createScriptedTracker()
  setScript((events, i) => {
    if (i === 2) accept(events, i) // Stored, and the reply is lost.
    return i < 6 ? retry() : accept(events, i)
  })
  tracker.track('a')
  tracker.track('b')
  await clock.advance(200_000)
  expect(attempts).toHaveLength(7)
  expect(new Set(attempts.map(({ events }) => JSON.stringify(events))).size).toBe(1)
  expect(stored.size).toBe(2)
  expect(tracker.stats()).toMatchObject({ captured: 2, adopted: 0, delivered: 2, duplicates: 2, waiting: 0 })
  expect(heard.delivered).toEqual([{ events: 2, duplicates: 2 }])
  expect(heard.retry).toHaveLength(6)
  const waits = attempts.slice(1).map(({ at }, i) => at - (attempts[i]?.at ?? 0))
  waits.forEach((wait, i) => expect(wait).toBeCloseTo(heard.retry[i]?.afterMs ?? 0, 1))
  waits.forEach((wait, i) => {
    expect(wait).toBeGreaterThanOrEqual(49 * 2 ** i)
    expect(wait).toBeLessThanOrEqual(500 * 2 ** i)
  })
})

test('a success makes the next wait short again', async () => {
  const { tracker, clock, setScript, accept, heard } = createScriptedTracker({ flushAt: 1 })
  setScript((events, i) => (i < 8 || i === 9 ? retry() : accept(events, i)))
  tracker.track('a')
  await clock.advance(600_000)
  tracker.track('b')
  await clock.advance(600_000)
  expect(heard.retry[8]?.afterMs).toBeLessThanOrEqual(500)
})

test('Retry-After is obeyed whatever happens meanwhile: new events, flush, going online, leaving the page', async () => {
  const { tracker, sendAtExit, resume, adopt, clock, attempts, setScript, accept, stored } = createScriptedTracker({
    flushAt: 1,
  })
  setScript((events, i) => (i === 0 ? retry(120_000) : accept(events, i)))
  tracker.track('a')
  await clock.advance(0)
  for (let i = 0; i < 50; i++) tracker.track('b')
  void tracker.flush({ timeoutMs: 50_000 })
  resume()
  sendAtExit(() => 60_000)
  adopt(() => undefined)
  clock.jump(86_400_000)
  await clock.advance(120_000)
  expect(attempts).toHaveLength(1)
  await clock.advance(1000)
  expect(stored.size).toBe(51)
})

test.each([
  ['the longer', 60_000, 1000],
  ['the later', 1000, 60_000],
])('of two Retry-After the one that ends last is obeyed: %s', async (_, first, second) => {
  const { tracker, sendAtExit, clock, attempts, setScript, accept, stored } = createScriptedTracker({
    maxBatchEvents: 1,
    flushAt: 1,
  })
  setScript((events, i) => (i < 2 ? undefined : accept(events, i)))
  tracker.track('a')
  tracker.track('b')
  sendAtExit(() => 60_000)
  attempts[0]?.answer(retry(first))
  await clock.advance(500)
  attempts[1]?.answer(retry(second))
  await clock.advance(59_500)
  expect(attempts).toHaveLength(2)
  await clock.advance(2000)
  expect(stored.size).toBe(2)
})

test('being online again ends a wait that nobody ordered', async () => {
  const { tracker, resume, clock, attempts, setScript, accept } = createScriptedTracker({ flushAt: 1 })
  setScript((events, i) => (i < 9 ? retry() : accept(events, i)))
  tracker.track('a')
  while (attempts.length < 9) await clock.advance(1000)
  resume()
  expect(attempts).toHaveLength(10)
})

test('413 halves the batch until it passes, and every event arrives', async () => {
  const { tracker, clock, attempts, setScript, accept, stored } = createScriptedTracker({ flushAt: 20 })
  setScript((events, i) => (events.length > 4 ? refused('too_large') : accept(events, i)))
  for (let i = 0; i < 100; i++) tracker.track(`e${i}`)
  await clock.advance(100_000)
  expect([...stored.values()].map(({ event_name }) => event_name)).toEqual(
    Array.from({ length: 100 }, (_, i) => `e${i}`),
  )
  expect(tracker.stats()).toMatchObject({ delivered: 100, dropped: 0, duplicates: 0, waiting: 0 })
  expect(attempts.filter(({ events }) => events.length > 4)).toHaveLength(5)
})

test.each([
  ['refuses batches that hold it as invalid', 'refused', 'refused'],
  ['refuses batches that hold it as too large', 'too_large', 'too_large'],
] as const)('one poison event costs one event, where the collector %s', async (_, answer, reason) => {
  const { tracker, clock, setScript, accept, stored, heard, attempts } = createScriptedTracker()
  const isPoison = ({ event_name }: { event_name: string }) => event_name === 'poison'
  setScript((events, i) => (events.some(isPoison) ? refused(answer) : accept(events, i)))
  for (let i = 0; i < 99; i++) tracker.track(i === 41 ? 'poison' : 'good')
  await clock.advance(600_000)
  const good = [...stored.values()].filter(({ event_name }) => event_name === 'good')
  expect(good).toHaveLength(98)
  expect(heard.dropped).toMatchObject([{ reason, message: `test says ${answer}` }])

  const before = attempts.length
  for (let i = 0; i < 100; i++) tracker.track('later')
  await clock.advance(600_000)
  expect(attempts.length - before).toBeLessThan(15)
})

test('rejected events are counted and told, and their neighbours are stored', async () => {
  const { tracker, clock, setScript, accept, stored, heard } = createScriptedTracker()
  setScript((events, i) => {
    const outcome = accept(
      events.filter(({ event_name }) => event_name !== 'bad'),
      i,
    )
    const verdicts = [...(outcome?.verdicts ?? [])]
    return {
      verdicts: events.map((e) => (e.event_name === 'bad' ? rejected : (verdicts.shift() ?? rejected))),
    }
  })
  for (const name of ['a', 'bad', 'b']) tracker.track(name)
  await clock.advance(2000)
  expect(stored.size).toBe(2)
  expect(tracker.stats()).toMatchObject({ captured: 3, adopted: 0, delivered: 2, rejected: 1, dropped: 0, waiting: 0 })
  expect(heard.dropped).toEqual([{ reason: 'rejected', message: 'no' }])
  await clock.advance(10_000)
  expect(tracker.stats().captured).toBe(3)
})

test('401 stops sending and says so once; events stay, and flush tries again', async () => {
  const { tracker, clock, attempts, setScript, accept, stored, heard } = createScriptedTracker({ flushAt: 1 })
  setScript(() => refused('unauthorized'))
  tracker.track('a')
  await clock.advance(100_000)
  for (let i = 0; i < 10; i++) tracker.track('b')
  await clock.advance(100_000)
  expect(attempts).toHaveLength(1)
  expect(heard.error).toMatchObject([{ message: expect.stringContaining('refuses the key') as string }])
  expect(tracker.stats().waiting).toBe(11)

  expect(await tracker.flush()).toEqual({ delivered: 0, waiting: 11, dropped: 0 })
  expect(attempts).toHaveLength(2)
  setScript(accept)
  expect(await tracker.flush()).toEqual({ delivered: 11, waiting: 0, dropped: 0 })
  expect(stored.size).toBe(11)
})

test('a page that goes away sends in spite of a wait that nobody ordered', async () => {
  const { tracker, sendAtExit, clock, attempts, setScript, accept, stored } = createScriptedTracker({ flushAt: 1 })
  setScript((events, i) => (i < 9 ? retry() : accept(events, i)))
  tracker.track('a')
  while (attempts.length < 9) await clock.advance(1000)
  sendAtExit(() => 60_000)
  await clock.advance(0)
  expect([attempts.length, stored.size]).toEqual([10, 1])
})

test('what is on its way again after a failure goes with the page too, and is counted once', async () => {
  const { tracker, sendAtExit, clock, attempts, setScript, accept } = createScriptedTracker({ flushAt: 1 })
  setScript((_, i) => (i === 0 ? retry() : undefined))
  tracker.track('a')
  while (attempts.length < 2) await clock.advance(1000)
  expect(attempts[1]?.mayOutlive).toBe(false)
  sendAtExit(() => 60_000)
  expect(attempts.map(({ mayOutlive }) => mayOutlive)).toEqual([true, false, true])
  expect(attempts[2]?.events).toEqual(attempts[1]?.events)
  for (const attempt of attempts) attempt.answer(accept(attempt.events, 0) ?? retry())
  await clock.advance(0)
  expect(tracker.stats()).toMatchObject({ captured: 1, delivered: 1, waiting: 0 })
})

test('what leaves with the page goes in parallel within the budget, and nothing goes twice', async () => {
  const { tracker, sendAtExit, clock, attempts, setScript } = createScriptedTracker({ maxBatchEvents: 10 })
  setScript(() => undefined)
  for (let i = 0; i < 100; i++) tracker.track('a', { padding: 'x'.repeat(1000) })
  let budget = 60_000
  sendAtExit(() => {
    const used = attempts.reduce((sum, { events }) => sum + utf8Bytes(JSON.stringify(events)), 0)
    return (budget = 60_000 - used)
  })
  const sent = attempts.flatMap(({ events }) => events.map(({ idempotency_key }) => idempotency_key))
  expect(attempts.length).toBeGreaterThan(1)
  expect(budget).toBeGreaterThanOrEqual(0)
  expect(new Set(sent).size).toBe(sent.length)
  sendAtExit(() => 60_000 - 59_000)
  expect(attempts.flatMap(({ events }) => events)).toHaveLength(sent.length)
  for (const attempt of attempts) attempt.answer(retry())
  await clock.advance(0)
  expect(tracker.stats().waiting).toBe(100)
})
