import { utf8Bytes } from '@truecount/protocol'
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
  takeBatch(queue, inFlight, limits.maxEvents, limits.maxBytes).events.map(({ key }) => key)

test('the body is the JSON of exactly the events named, and its bytes are counted right', () => {
  const queue = queueOf(0, 10, 20)
  queue.put({ key: 'u', json: '{"event_name":"ü€😀"}', bytes: utf8Bytes('{"event_name":"ü€😀"}') })
  const batch = takeBatch(queue, nothing, 100, 1000)
  expect(batch.events).toEqual([...queue.peek()])
  expect(JSON.parse(batch.body)).toEqual([...queue.peek()].map(({ json }) => JSON.parse(json) as unknown))
  expect(batch.bytes).toBe(Buffer.byteLength(batch.body))
})

test('a batch never exceeds its events or its bytes, and takes all that fits', () => {
  const queue = queueOf(...Array.from({ length: 50 }, (_, i) => (i * 37) % 200))
  for (let maxBytes = 300; maxBytes < 3000; maxBytes += 61) {
    const batch = takeBatch(queue, nothing, 7, maxBytes)
    const taken = batch.events.length ?? 0
    const next = [...queue.peek()][taken]
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThanOrEqual(7)
    expect(Buffer.byteLength(batch.body)).toBeLessThanOrEqual(maxBytes)
    expect(taken === 7 || batch.bytes + 1 + (next?.bytes ?? 0) > maxBytes).toBe(true)
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
  expect(takeBatch(queueOf(), nothing, 100, 1000).events).toEqual([])
})

test('what waits beside a batch is neither in it nor on its way', () => {
  const queue = queueOf(0, 0, 0, 0, 0)
  expect(takeBatch(queue, nothing, 2, 1000).waiting).toBe(3)
  expect(takeBatch(queue, flying(queue, 'k0', 'k1'), 2, 1000).waiting).toBe(1)
  expect(takeBatch(queue, flying(queue, 'k0', 'k1', 'k2', 'k3'), 2, 1000).waiting).toBe(0)
})
