import { utf8Bytes } from '@truecount/protocol'
import { expect, test } from 'vitest'
import { createSafeStorage, type WebStorage } from '../../src/browser/safe-storage.ts'
import { createStorageQueue, type StorageQueue } from '../../src/browser/storage-queue.ts'
import { createFakeStorage, forbiddenStorage } from '../fake-storage.ts'
import { describeQueue } from '../queue.contract.ts'
import { queuedEvent } from '../queued-event.ts'

const PREFIX = 'truecount:12345678:event:'

function openQueue(storage: () => WebStorage, lane = 'lane-a', maxBytes = 10_000): StorageQueue {
  const stored = createStorageQueue(createSafeStorage(storage), PREFIX, lane, maxBytes, utf8Bytes)
  stored.open()
  return stored
}

const keysOf = ({ queue }: StorageQueue) => [...queue.peek()].map(({ key }) => key)

describeQueue('storage queue', (maxBytes) => {
  const storage = createFakeStorage()
  return openQueue(() => storage, 'lane-a', maxBytes).queue
})

describeQueue('storage queue before consent', (maxBytes) => {
  return createStorageQueue(createSafeStorage(forbiddenStorage), PREFIX, 'lane-a', maxBytes, utf8Bytes).queue
})

describeQueue('storage queue where storage is forbidden', (maxBytes) => {
  return openQueue(forbiddenStorage, 'lane-a', maxBytes).queue
})

describeQueue('storage queue where storage is full', (maxBytes) => {
  const storage = createFakeStorage(150)
  return openQueue(() => storage, 'lane-a', maxBytes).queue
})

describeQueue('storage queue that shares its storage with another tab', (maxBytes) => {
  const storage = createFakeStorage()
  const neighbour = openQueue(() => storage, 'lane-b')
  for (let i = 0; i < 5; i++) neighbour.queue.add(queuedEvent(`neighbour${i}`))
  return openQueue(() => storage, 'lane-a', maxBytes).queue
})

test('an event is in storage when add returns, and gone from it when its key is named', () => {
  const storage = createFakeStorage()
  const { queue } = openQueue(() => storage)
  const event = queuedEvent('tc1.lane-a.1')
  queue.add(event)
  expect([...storage.entries]).toEqual([[`${PREFIX}lane-a:tc1.lane-a.1`, event.json]])
  queue.remove(['tc1.lane-a.1'])
  expect(storage.entries.size).toBe(0)
})

test('nothing is read or written before open, and all that waits is written by it', () => {
  const storage = createFakeStorage()
  const stored = createStorageQueue(
    createSafeStorage(() => storage),
    PREFIX,
    'lane-a',
    10_000,
    utf8Bytes,
  )
  stored.queue.add(queuedEvent('a'))
  stored.queue.add(queuedEvent('b'))
  stored.queue.remove(['a'])
  expect(storage.uses()).toBe(0)
  stored.open()
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-a:b`])
})

test('an event refused for want of room leaves nothing in storage', () => {
  const storage = createFakeStorage()
  const { bytes } = queuedEvent('a')
  const { queue } = openQueue(() => storage, 'lane-a', bytes)
  queue.add(queuedEvent('a'))
  queue.add(queuedEvent('b'))
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-a:a`])
})

test('what storage has no room for waits in memory, and what it took stays written', () => {
  const size = queuedEvent('a').json.length + `${PREFIX}lane-a:a`.length
  const storage = createFakeStorage(2 * size)
  const stored = openQueue(() => storage)
  for (const key of ['a', 'b', 'c']) expect(stored.queue.add(queuedEvent(key))).toBe('added')
  expect(keysOf(stored)).toEqual(['a', 'b', 'c'])
  expect(storage.entries.size).toBe(2)
})

test('the events of a tab that is gone are adopted under their old keys, in their old order', () => {
  const storage = createFakeStorage()
  const gone = openQueue(() => storage, 'lane-b')
  const events = Array.from({ length: 12 }, (_, i) => queuedEvent(`tc1.lane-b.${i + 1}`))
  for (const event of events) gone.queue.add(event)

  const heir = openQueue(() => storage, 'lane-a')
  heir.queue.add(queuedEvent('tc1.lane-a.1'))
  expect([...heir.otherLanes()]).toEqual(['lane-b'])
  heir.adopt('lane-b')
  expect([...heir.queue.peek()].slice(1)).toEqual(events)

  heir.queue.remove(events.map(({ key }) => key))
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-a:tc1.lane-a.1`])
  expect([...heir.otherLanes()]).toEqual([])
})

test('before storage may be used nothing is looked for in it', () => {
  const storage = createFakeStorage()
  openQueue(() => storage, 'lane-b').queue.add(queuedEvent('b1'))
  const waiting = createStorageQueue(
    createSafeStorage(() => storage),
    PREFIX,
    'lane-a',
    1000,
    utf8Bytes,
  )
  expect([...waiting.otherLanes()]).toEqual([])
  waiting.open()
  expect([...waiting.otherLanes()]).toEqual(['lane-b'])
})

test('adopting a lane twice, or after its owner sent it, doubles nothing', () => {
  const storage = createFakeStorage()
  const other = openQueue(() => storage, 'lane-b')
  other.queue.add(queuedEvent('b1'))
  other.queue.add(queuedEvent('b2'))
  other.queue.remove(['b1'])
  const heir = openQueue(() => storage, 'lane-a')
  heir.adopt('lane-b')
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b2'])
})

test('what does not fit is left in storage for the next heir', () => {
  const storage = createFakeStorage()
  const gone = openQueue(() => storage, 'lane-b')
  for (const key of ['b1', 'b2', 'b3']) gone.queue.add(queuedEvent(key))
  const heir = openQueue(() => storage, 'lane-a', 2 * queuedEvent('b1').bytes)
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b1', 'b2'])
  heir.queue.remove(['b1', 'b2'])
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b3'])
})

test("entries of the host page and of other projects are never another lane's events", () => {
  const storage = createFakeStorage()
  storage.setItem('cart', '[1]')
  storage.setItem('truecount:87654321:event:lane-z:k', '{}')
  storage.setItem('truecount:12345678:anonymous', 'someone')
  expect([...openQueue(() => storage).otherLanes()]).toEqual([])
})
