import { expect, test } from 'vitest'
import type { EventQueue, QueuedEvent } from '../src/capture/event-queue.ts'
import { createMemoryQueue } from '../src/capture/memory-queue.ts'
import { takeBatch } from '../src/send/batcher.ts'
import { queuedEvent } from './queued-event.ts'

const LIMITS = { maxEvents: 100, maxBytes: 1000 }
const nothing: ReadonlySet<QueuedEvent> = new Set()

/** The events of a queue with these keys, as if they were on their way. */
const flying = (queue: EventQueue, ...keys: string[]) =>
  new Set([...queue.peek()].filter(({ key }) => keys.includes(key)))

function queueOf(...sizes: number[]): EventQueue {
  const queue = createMemoryQueue(Infinity)
  sizes.forEach((size, i) => queue.put(queuedEvent(`k${i}`, size)))
  return queue
}

const keysTaken = (queue: EventQueue, inFlight: ReadonlySet<QueuedEvent>, limits = LIMITS) =>
  takeBatch(queue, inFlight, limits.maxEvents, limits.maxBytes).map(({ key }) => key)

/** Bytes of the array of these events. */
const bytesOf = (events: readonly QueuedEvent[]) =>
  Buffer.byteLength(JSON.stringify(events.map(({ json }) => JSON.parse(json) as unknown)))

test('a batch never exceeds its events or its bytes, and takes all that fits', () => {
  const queue = queueOf(...Array.from({ length: 50 }, (_, i) => (i * 37) % 200))
  for (let maxBytes = 300; maxBytes < 3000; maxBytes += 61) {
    const batch = takeBatch(queue, nothing, 7, maxBytes)
    const taken = batch.length
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThanOrEqual(7)
    expect(bytesOf(batch)).toBeLessThanOrEqual(maxBytes)
    expect(taken === 7 || bytesOf([...queue.peek()].slice(0, taken + 1)) > maxBytes).toBe(true)
  }
})

test('the oldest go first, but for those on their way', () => {
  const queue = queueOf(0, 0, 0, 0)
  expect(keysTaken(queue, nothing, { maxEvents: 2, maxBytes: 1000 })).toEqual(['k0', 'k1'])
  expect(keysTaken(queue, flying(queue, 'k0', 'k2'))).toEqual(['k1', 'k3'])
  expect(keysTaken(queue, flying(queue, 'k0', 'k1', 'k2', 'k3'))).toEqual([])
})

test('an event larger than a batch goes alone, and holds up nobody', () => {
  const queue = queueOf(0, 5000, 0)
  expect(keysTaken(queue, nothing)).toEqual(['k0'])
  expect(keysTaken(queue, flying(queue, 'k0'))).toEqual(['k1'])
  expect(keysTaken(queue, flying(queue, 'k0', 'k1'))).toEqual(['k2'])
})

test('an empty queue makes an empty batch', () => {
  expect(takeBatch(queueOf(), nothing, 100, 1000)).toEqual([])
})
