import { utf8Bytes } from '@truecount/protocol'
import { expect, test } from 'vitest'
import type { WebStorage } from '../../src/browser/safe-storage.ts'
import { createStorageQueue, type StorageQueue } from '../../src/browser/storage-queue.ts'
import { createFakeStorage, forbiddenStorage, safely } from '../fake-storage.ts'
import { describeQueue } from '../queue.contract.ts'
import { queuedEvent } from '../queued-event.ts'

const PREFIX = 'truecount:12345678:event:'

function openQueue(storage: () => WebStorage, lane = 'lane-a', maxBytes = 10_000): StorageQueue {
  const stored = createStorageQueue(safely(storage), PREFIX, lane, maxBytes, utf8Bytes)
  stored.persist(true)
  return stored
}

const remove = ({ queue }: StorageQueue, ...keys: string[]) =>
  queue.remove([...queue.peek()].filter(({ key }) => keys.includes(key)))
const keysOf = ({ queue }: StorageQueue) => [...queue.peek()].map(({ key }) => key)

describeQueue('storage queue', (maxBytes) => {
  const storage = createFakeStorage()
  return openQueue(() => storage, 'lane-a', maxBytes).queue
})

describeQueue('storage queue before consent', (maxBytes) => {
  return createStorageQueue(safely(forbiddenStorage), PREFIX, 'lane-a', maxBytes, utf8Bytes).queue
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
  for (let i = 0; i < 5; i++) neighbour.queue.put(queuedEvent(`neighbour${i}`))
  return openQueue(() => storage, 'lane-a', maxBytes).queue
})

test('an event is in storage when add returns, and gone from it when its key is named', () => {
  const storage = createFakeStorage()
  const stored = openQueue(() => storage)
  const event = queuedEvent('tc1.lane-a.1')
  stored.queue.put(event)
  expect([...storage.entries]).toEqual([[`${PREFIX}lane-atc1.lane-a.1`, event.json]])
  remove(stored, 'tc1.lane-a.1')
  expect(storage.entries.size).toBe(0)
})

test('while storage is shut nothing is written, and all that waits is once it may be used', () => {
  const storage = createFakeStorage()
  let isShut = true
  const stored = createStorageQueue(
    safely(() => (isShut ? forbiddenStorage() : storage)),
    PREFIX,
    'lane-a',
    10_000,
    utf8Bytes,
  )
  stored.queue.put(queuedEvent('a'))
  stored.queue.put(queuedEvent('b'))
  remove(stored, 'a')
  expect([...stored.lanes()]).toEqual([])
  isShut = false
  stored.persist(true)
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-ab`])
})

test('where storage may no longer be used, the events of all tabs are erased, and nothing else', () => {
  const storage = createFakeStorage()
  storage.setItem('cart', '[1]')
  const gone = openQueue(() => storage, 'lane-b')
  for (const key of ['b1', 'b2']) gone.queue.put(queuedEvent(key))
  const stored = openQueue(() => storage)
  stored.queue.put(queuedEvent('a'))
  stored.persist(false)
  expect([...storage.entries.keys()]).toEqual(['cart'])
})

test('with a bound of a few kilobytes too, each event is in storage while the bound is not reached', () => {
  const storage = createFakeStorage()
  const stored = openQueue(() => storage, 'lane-a', 3000)
  for (let n = 0; n < 100; n++) {
    stored.queue.put(queuedEvent(`k${n}`, 300))
    expect(storage.entries.size).toBe(1)
    remove(stored, `k${n}`)
  }
})

test('an event refused for want of room leaves nothing in storage', () => {
  const storage = createFakeStorage()
  const { bytes } = queuedEvent('a')
  const { queue } = openQueue(() => storage, 'lane-a', bytes)
  queue.put(queuedEvent('a'))
  queue.put(queuedEvent('b'))
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-aa`])
})

test('what storage has no room for waits in memory, and what it took stays written', () => {
  const size = queuedEvent('a').json.length + `${PREFIX}lane-aa`.length
  const storage = createFakeStorage(2 * size)
  const stored = openQueue(() => storage)
  for (const key of ['a', 'b', 'c']) expect(stored.queue.put(queuedEvent(key))).toBe(true)
  expect(keysOf(stored)).toEqual(['a', 'b', 'c'])
  expect(storage.entries.size).toBe(2)
})

test('the events of a tab that is gone are adopted under their old keys, in their old order', () => {
  const storage = createFakeStorage()
  const gone = openQueue(() => storage, 'lane-b')
  const events = Array.from({ length: 12 }, (_, i) => queuedEvent(`tc1.lane-b.${i + 1}`))
  for (const event of events) gone.queue.put(event)

  const heir = openQueue(() => storage, 'lane-a')
  heir.queue.put(queuedEvent('tc1.lane-a.1'))
  expect(new Set(heir.lanes())).toEqual(new Set(['lane-a', 'lane-b']))
  heir.adopt('lane-b')
  expect([...heir.queue.peek()].slice(1)).toEqual(events)

  expect(new Set(heir.lanes())).toEqual(new Set(['lane-a']))
  expect([...storage.entries.values()]).toHaveLength(13)

  heir.queue.remove(events)
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-atc1.lane-a.1`])
})

test('the entries of all tabs together keep within the bound, whoever wrote them', () => {
  const storage = createFakeStorage()
  const maxBytes = 100_000
  const characters = () => [...storage.entries].reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  storage.setItem('of the host', 'x'.repeat(1_000_000))
  const tabs = Array.from({ length: 10 }, (_, i) => openQueue(() => storage, `lane-${i}`, maxBytes))
  for (let n = 0; n < 200; n++) for (const { queue } of tabs) expect(queue.put(queuedEvent(`k${n}`, 300))).toBe(true)
  storage.removeItem('of the host')
  expect(characters()).toBeGreaterThan(maxBytes / 2)
  // Each tab may be behind by what it writes between two looks.
  expect(characters()).toBeLessThan(maxBytes + 10 * 24_000)

  // A tab that comes when storage is full writes nothing, and keeps everything.
  const before = storage.entries.size
  const late = openQueue(() => storage, 'lane-z', maxBytes)
  late.queue.put(queuedEvent('z'))
  expect([storage.entries.size, keysOf(late)]).toEqual([before, ['z']])

  // Room that others give back is found again.
  for (const tab of tabs) tab.queue.remove([...tab.queue.peek()])
  for (let n = 0; n < 100; n++) late.queue.put(queuedEvent(`z${n}`, 300))
  expect(storage.entries.size).toBeGreaterThan(0)
})

test('what is adopted stays written, though storage has room for nothing more', () => {
  const size = queuedEvent('b1').json.length + `${PREFIX}lane-bb1`.length
  const storage = createFakeStorage(2 * size)
  const gone = openQueue(() => storage, 'lane-b')
  for (const key of ['b1', 'b2']) gone.queue.put(queuedEvent(key))
  const heir = openQueue(() => storage, 'lane-a')
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b1', 'b2'])
  expect([...storage.entries.keys()]).toEqual([`${PREFIX}lane-ab1`, `${PREFIX}lane-ab2`])
})

test('a drop report is written before it is queued, anew each time, and adopted like an event', () => {
  const storage = createFakeStorage()
  const gone = openQueue(() => storage, 'lane-b')
  gone.write(queuedEvent('tc1.lane-b.2', 1))
  const last = queuedEvent('tc1.lane-b.2', 2)
  gone.write(last)
  expect([...storage.entries.values()]).toEqual([last.json])
  expect(keysOf(gone)).toEqual([])
  const heir = openQueue(() => storage, 'lane-a')
  heir.adopt('lane-b')
  expect([...heir.queue.peek()]).toEqual([last])
})

test('adopting a lane twice, or after its owner sent it, doubles nothing', () => {
  const storage = createFakeStorage()
  const other = openQueue(() => storage, 'lane-b')
  other.queue.put(queuedEvent('b1'))
  other.queue.put(queuedEvent('b2'))
  remove(other, 'b1')
  const heir = openQueue(() => storage, 'lane-a')
  heir.adopt('lane-b')
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b2'])
})

test('what does not fit is left in storage for the next heir', () => {
  const storage = createFakeStorage()
  const gone = openQueue(() => storage, 'lane-b')
  for (const key of ['b1', 'b2', 'b3']) gone.queue.put(queuedEvent(key))
  const heir = openQueue(() => storage, 'lane-a', 2 * queuedEvent('b1').bytes)
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b1', 'b2'])
  remove(heir, 'b1', 'b2')
  heir.adopt('lane-b')
  expect(keysOf(heir)).toEqual(['b3'])
})

test("entries of the host page and of other projects are never another lane's events", () => {
  const storage = createFakeStorage()
  storage.setItem('cart', '[1]')
  storage.setItem('truecount:87654321:event:lane-zk', '{}')
  storage.setItem('truecount:12345678:anonymous', 'someone')
  expect(openQueue(() => storage).lanes()).toEqual([])
})
