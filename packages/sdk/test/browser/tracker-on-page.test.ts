import { setImmediate as settled } from 'node:timers/promises'
import { createManualClock } from '@truecount/testkit'
import { afterEach, expect, test } from 'vitest'
import { createTracker } from '../../src/browser/index.ts'
import type { WebStorage } from '../../src/browser/safe-storage.ts'
import { createFakeStorage, forbiddenStorage } from '../fake-storage.ts'
import { queuedEvent } from '../queued-event.ts'
import { createFakeLocks } from './fake-locks.ts'

const EVENTS = 'truecount:pub_page:event:'
const restore: (() => void)[] = []
afterEach(() => restore.splice(0).forEach((run) => run()))

function define(name: string, get: () => unknown): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name)
  Object.defineProperty(globalThis, name, { get, configurable: true })
  restore.push(() => {
    Reflect.deleteProperty(globalThis, name)
    if (before) Object.defineProperty(globalThis, name, before)
  })
}

/** A tracker on a page that is made of stand-ins, and whose collector stores everything unless it is down or silent. */
function load(storage: () => WebStorage = () => createFakeStorage()) {
  const events = new EventTarget()
  const listened: string[] = []
  const document = { hidden: false, referrer: '' }
  const locks = createFakeLocks()
  define('addEventListener', () => (type: string, listener: () => void) => {
    listened.push(type)
    events.addEventListener(type, listener)
  })
  define('document', () => document)
  define('navigator', () => ({ locks }))
  define('localStorage', storage)
  const sent: { keepalive: boolean; held: number; names: string[] }[] = []
  const collector: { state: 'up' | 'down' | 'silent' } = { state: 'up' }
  const fetch = (async (_: string, { body, keepalive }: { body: string; keepalive: boolean }) => {
    if (collector.state === 'down') throw new TypeError('Failed to fetch')
    const names = (JSON.parse(body) as { event_name: string }[]).map(({ event_name }) => event_name)
    sent.push({ keepalive, held: locks.held.size, names })
    if (collector.state === 'silent') return new Promise(() => undefined)
    return Response.json({ results: names.map(() => ({ status: 'accepted' })) })
  }) as unknown as typeof globalThis.fetch
  const clock = createManualClock()
  const tracker = createTracker({ key: 'tc_pub_page', endpoint: 'https://c.example', fetch, clock })
  tracker.on('error', () => undefined)
  const happen = async (type: string) => {
    events.dispatchEvent(new Event(type))
    await settled()
  }
  return { tracker, clock, document, locks, listened, sent, collector, happen }
}

test('what waits is sent when the page is hidden; when it is shown, it is looked for what others left', async () => {
  const storage = createFakeStorage()
  const { tracker, document, sent, happen } = load(() => storage)
  await settled()
  tracker.track('a')
  storage.setItem(`${EVENTS}otherlaneotherlatc1.otherlaneotherla.1`, queuedEvent('tc1.otherlaneotherla.1').json)
  await happen('visibilitychange')
  expect([sent, tracker.stats().adopted]).toEqual([[], 1])
  document.hidden = true
  await happen('visibilitychange')
  expect(sent).toEqual([{ keepalive: true, held: 1, names: ['a', 'test'] }])
})

test('as the page goes it is sent first, and then the lanes are let go', async () => {
  const { tracker, locks, sent, collector, happen } = load()
  await settled()
  collector.state = 'silent'
  tracker.track('a')
  await happen('pagehide')
  expect(sent).toEqual([{ keepalive: true, held: 1, names: ['a'] }])
  expect(locks.held.size).toBe(0)
})

test('a page that is shown, for the first time or from the back/forward cache, takes its lanes', async () => {
  const { locks, happen } = load()
  await settled()
  const held = [...locks.held]
  await happen('pagehide')
  await happen('pageshow')
  expect([held.length, [...locks.held]]).toEqual([1, held])
})

test('being online again ends a wait', async () => {
  const { tracker, sent, collector, happen } = load()
  collector.state = 'down'
  tracker.track('a')
  let retries = 0
  tracker.on('retry', () => retries++)
  void tracker.flush()
  await settled()
  expect([retries, sent]).toEqual([1, []])
  collector.state = 'up'
  await happen('online')
  expect(sent.map(({ names }) => names)).toEqual([['a']])
})

test('no listener shuts the back/forward cache', () => {
  const { listened } = load()
  expect(listened.toSorted()).toEqual(['online', 'pagehide', 'pageshow', 'visibilitychange'])
})

test.each([
  ['forbidden', forbiddenStorage],
  ['not there', () => undefined as never],
  ['broken', () => new Proxy({} as Storage, { get: forbiddenStorage, ownKeys: forbiddenStorage })],
  ['full', () => createFakeStorage(0)],
])('with storage that is %s a page tracks all the same', async (_, storage) => {
  const { tracker, clock, sent } = load(storage)
  tracker.identify('ann')
  tracker.track('a')
  tracker.reset()
  await clock.advance(2000)
  await settled()
  expect(sent.map(({ names }) => names)).toEqual([['$identify', 'a']])
  expect(tracker.stats()).toMatchObject({ captured: 2, delivered: 2, dropped: 0 })
})

test('storage that comes and goes is asked anew each time', () => {
  const fake = createFakeStorage()
  let isAllowed = false
  const { tracker } = load(() => (isAllowed ? fake : forbiddenStorage()))
  tracker.track('a')
  expect(fake.entries.size).toBe(0)
  isAllowed = true
  tracker.track('b')
  const names = [...fake.entries.keys()].filter((name) => name.startsWith(EVENTS))
  expect(names).toHaveLength(1)
})
