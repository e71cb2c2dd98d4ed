import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTabLock } from '../../src/browser/tab-lock.ts'
import { createFakeLocks } from './fake-locks.ts'

test('the lane of a living tab is taken by nobody; once the tab is gone, by exactly one', async () => {
  const locks = createFakeLocks()
  const [owner, second, third] = [createTabLock(locks, 'p:'), createTabLock(locks, 'p:'), createTabLock(locks, 'p:')]
  const taken: string[] = []
  owner.hold('lane')
  await settled()
  second.hold('lane', () => taken.push('too early'))
  await settled()
  expect([...locks.held]).toEqual(['p:lane'])
  expect(taken).toEqual([])

  owner.release()
  await settled()
  second.hold('lane', () => taken.push('second'))
  third.hold('lane', () => taken.push('third'))
  await settled()
  expect(taken).toEqual(['second'])
  second.release()
  await settled()
  third.hold('lane', () => taken.push('third'))
  await settled()
  expect(taken).toEqual(['second', 'third'])
})

test('release lets every lane go, and a lane can be held again after it', async () => {
  const locks = createFakeLocks()
  const tab = createTabLock(locks, 'p:')
  tab.hold('own')
  tab.hold('adopted', () => undefined)
  await settled()
  expect(locks.held.size).toBe(2)
  tab.release()
  await settled()
  expect(locks.held.size).toBe(0)
  tab.hold('own')
  await settled()
  expect([...locks.held]).toEqual(['p:own'])
})

test('the lock is waited for where another still has it', async () => {
  const locks = createFakeLocks()
  const [heir, owner] = [createTabLock(locks, 'p:'), createTabLock(locks, 'p:')]
  heir.hold('lane', () => undefined)
  await settled()
  owner.hold('lane')
  heir.release()
  await settled()
  const taken: string[] = []
  heir.hold('lane', () => taken.push('heir'))
  await settled()
  expect(taken).toEqual([])
})

test('a page that is gone waits for no lock: it would hold it unawares', async () => {
  const locks = createFakeLocks()
  const [heir, owner, third] = [createTabLock(locks, 'p:'), createTabLock(locks, 'p:'), createTabLock(locks, 'p:')]
  heir.hold('lane', () => undefined)
  await settled()
  owner.hold('lane')
  await settled()
  owner.release()
  heir.release()
  await settled()
  const taken: string[] = []
  third.hold('lane', () => taken.push('third'))
  await settled()
  expect(taken).toEqual(['third'])
})

test('without Web Locks every lane counts as free: better sent twice under one key than never', async () => {
  const taken: string[] = []
  createTabLock(undefined, 'p:').hold('lane', () => taken.push('missing'))
  const refusing = { request: () => Promise.reject(new DOMException('opaque origin', 'SecurityError')) }
  createTabLock(refusing, 'p:').hold('lane', () => taken.push('refused'))
  createTabLock(refusing, 'p:').hold('lane')
  await settled()
  expect(taken).toEqual(['missing', 'refused'])
})
