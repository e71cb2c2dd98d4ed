import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTabLock, type TabLock } from '../../src/browser/tab-lock.ts'
import { createFakeLocks } from './fake-locks.ts'

/** As a tab holds its own lane: until it goes. */
const hold = (tab: TabLock, lane: string) =>
  tab.hold(lane, (left) => new Promise((release) => left.addEventListener('abort', release)))

function setUp(count: number) {
  const locks = createFakeLocks()
  const taken: string[] = []
  const tabs = Array.from({ length: count }, () => createTabLock(locks, 'p:')) as [TabLock, TabLock, TabLock]
  const adopt = (tab: TabLock, name: string) => tab.hold('lane', () => taken.push(name))
  return { locks, taken, tabs, adopt }
}

test('the lane of a living tab is taken by nobody; the moment it is gone, one after the other gets it', async () => {
  const { locks, taken, tabs, adopt } = setUp(3)
  const [owner, second, third] = tabs
  hold(owner, 'lane')
  await settled()
  adopt(second, 'second')
  adopt(third, 'third')
  await settled()
  expect([...locks.held]).toEqual(['p:lane'])
  expect(taken).toEqual([])

  owner.release()
  await settled()
  expect(taken).toEqual(['second', 'third'])
  expect(locks.held.size).toBe(0)
})

test('a lane is asked for once, however often one looks, until it was had', async () => {
  const { taken, tabs, adopt } = setUp(2)
  const [owner, heir] = tabs
  hold(owner, 'lane')
  await settled()
  for (let i = 0; i < 3; i++) adopt(heir, 'heir')
  owner.release()
  await settled()
  expect(taken).toEqual(['heir'])
  adopt(heir, 'again')
  await settled()
  expect(taken).toEqual(['heir', 'again'])
})

test('release lets every lane go, and a lane can be held again after it', async () => {
  const { locks, tabs } = setUp(1)
  const [tab] = tabs
  hold(tab, 'own')
  await settled()
  expect([...locks.held]).toEqual(['p:own'])
  tab.release()
  await settled()
  expect(locks.held.size).toBe(0)
  hold(tab, 'own')
  await settled()
  expect([...locks.held]).toEqual(['p:own'])
})

test('a page that is gone waits for no lock: it would hold it unawares', async () => {
  const { taken, tabs, adopt } = setUp(3)
  const [owner, gone, third] = tabs
  hold(owner, 'lane')
  await settled()
  adopt(gone, 'gone')
  await settled()
  gone.release()
  owner.release()
  await settled()
  adopt(third, 'third')
  await settled()
  expect(taken).toEqual(['third'])
})

test('without Web Locks every lane counts as free: better sent twice under one key than never', async () => {
  const taken: string[] = []
  const without = createTabLock(undefined, 'p:')
  without.hold('lane', () => taken.push('missing'))
  without.hold('lane', () => taken.push('missing, a second time'))
  const refusing = { request: () => Promise.reject(new DOMException('opaque origin', 'SecurityError')) }
  createTabLock(refusing, 'p:').hold('lane', () => taken.push('refused'))
  await settled()
  expect(taken).toEqual(['missing', 'refused'])
})
