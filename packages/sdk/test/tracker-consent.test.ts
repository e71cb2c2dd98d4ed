import { expect, test } from 'vitest'
import { createScriptedTracker, namesOf, refused, retry } from './scripted-tracker.ts'

test('before consent nothing is sent or stored, whatever the page does; opting in sends what was held', async () => {
  const { tracker, sendAtExit, resume, adopt, clock, attempts, consents, stored } = createScriptedTracker({
    consent: 'pending',
    flushAt: 1,
  })
  tracker.track('a')
  tracker.track('b')
  sendAtExit(() => 60_000)
  adopt(() => undefined)
  resume()
  await clock.advance(100_000)
  expect(await tracker.flush()).toEqual({ delivered: 0, waiting: 2, dropped: 0 })
  expect([attempts.length, consents, clock.pending()]).toEqual([0, [], 0])

  tracker.optIn()
  await clock.advance(0)
  expect(consents).toEqual([true])
  expect([...stored.values()].map(({ event_name }) => event_name)).toEqual(['a', 'b'])
})

test('what was held for consent is handed to waitUntil when it is given', async () => {
  const works: Promise<unknown>[] = []
  const { tracker, stored } = createScriptedTracker({ consent: 'pending', waitUntil: (work) => works.push(work) })
  tracker.track('a')
  expect(works).toEqual([])
  tracker.optIn()
  await Promise.all(works)
  expect(stored.size).toBe(1)
})

test('a refused consent drops what was held and all that follows, counted, without a request', async () => {
  const { tracker, clock, attempts, consents, heard } = createScriptedTracker({ consent: 'pending', flushAt: 1 })
  tracker.track('a')
  tracker.optOut()
  tracker.optOut()
  tracker.track('b')
  await clock.advance(100_000)
  // Said twice, it is done twice: what another tab stored meanwhile is erased too.
  expect(consents).toEqual([false, false])
  expect(attempts).toHaveLength(0)
  expect(heard.dropped.map(({ reason }) => reason)).toEqual(['opted_out', 'opted_out'])
  expect(heard.error).toEqual([])
  expect(tracker.stats()).toMatchObject({ captured: 2, adopted: 0, dropped: 2, waiting: 0 })
})

test('with consent denied from the start nothing is kept, stored or sent until opting in', async () => {
  const { tracker, clock, attempts, consents, stored } = createScriptedTracker({ consent: 'denied', flushAt: 1 })
  tracker.track('a')
  await clock.advance(10_000)
  expect([attempts.length, consents]).toEqual([0, []])
  tracker.optIn()
  tracker.track('b')
  await clock.advance(10_000)
  expect([...stored.values()].map(({ event_name }) => event_name)).toEqual(['b'])
})

test('a refusal is passed on where consent was denied from the start: an earlier visit may have stored something', () => {
  const { tracker, consents } = createScriptedTracker({ consent: 'denied' })
  tracker.optOut()
  expect(consents).toEqual([false])
})

test('a withdrawn consent ends a flush that waits for a time the collector has named', async () => {
  const { tracker, clock, setScript } = createScriptedTracker({ flushAt: 1 })
  setScript(() => retry(60_000))
  tracker.track('a')
  await clock.advance(0)
  let isOver = false
  const flushed = tracker.flush({ timeoutMs: 100_000 }).then((result) => ((isOver = true), result))
  await clock.advance(500)
  expect(isOver).toBe(false)
  tracker.optOut()
  await clock.advance(0)
  expect(isOver).toBe(true)
  expect(await flushed).toEqual({ delivered: 0, waiting: 0, dropped: 1 })
})

test('a withdrawn consent drops what waits and cancels every attempt to come', async () => {
  const { tracker, clock, attempts, setScript, queue } = createScriptedTracker({ flushAt: 1 })
  setScript(() => retry())
  tracker.track('a')
  await clock.advance(0)
  tracker.optOut()
  expect([queue.count(), queue.bytes()]).toEqual([0, 0])
  await clock.advance(600_000)
  expect(attempts).toHaveLength(1)
  expect(tracker.stats()).toMatchObject({ captured: 1, adopted: 0, dropped: 1, waiting: 0 })
})

test.each([
  ['is answered', { verdicts: [{ status: 'accepted', event_id: 'e' }] }, 1, 0],
  ['fails', retry(), 0, 1],
  ['is refused as too large', refused('too_large'), 0, 1],
  ['is refused for its key', refused('unauthorized'), 0, 1],
] as const)(
  'consent withdrawn while a request is out: it %s, and each event is counted once',
  async (_, outcome, delivered, dropped) => {
    const { tracker, clock, attempts, setScript } = createScriptedTracker({ flushAt: 1 })
    setScript(() => undefined)
    tracker.track('out')
    await clock.advance(0)
    tracker.track('waits')
    tracker.optOut()
    attempts[0]?.answer(outcome)
    await clock.advance(600_000)
    expect(attempts).toHaveLength(1)
    expect(tracker.stats()).toMatchObject({ captured: 2, adopted: 0, delivered, dropped: dropped + 1, waiting: 0 })
  },
)

test('drops for want of consent are told once consent is back, so that the collector misses no number', async () => {
  const { tracker, clock, stored, attempts } = createScriptedTracker({ consent: 'pending' })
  tracker.track('a')
  tracker.track('b')
  tracker.optOut()
  tracker.optIn()
  tracker.track('c')
  await clock.advance(2000)
  expect(namesOf(attempts)).toEqual([['$dropped', 'c']])
  expect([...stored.values()][0]?.metadata).toEqual({ reasons: { opted_out: 2 }, last: 3 })
})
