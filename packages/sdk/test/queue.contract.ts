import { describe, expect, test } from 'vitest'
import type { EventQueue } from '../src/capture/event-queue.ts'
import { queuedEvent } from './queued-event.ts'

const keysOf = (queue: EventQueue) => [...queue.peek()].map(({ key }) => key)
const sizeOf = (queue: EventQueue) => ({ events: queue.count(), bytes: queue.bytes() })
const remove = (queue: EventQueue, ...keys: string[]) =>
  queue.remove([...queue.peek(), queuedEvent('never-added')].filter(({ key }) => keys.includes(key)))
const sumOf = (queue: EventQueue) => [...queue.peek()].reduce((sum, { bytes }) => sum + bytes, 0)

/** What every queue keeps. `createQueue` gives a new, empty one that holds `maxBytes` of events. */
export function describeQueue(name: string, createQueue: (maxBytes: number) => EventQueue): void {
  describe(`${name} keeps every event until its key is named`, () => {
    test('events are read in the order of their capture, as they were written', () => {
      const queue = createQueue(10_000)
      const events = ['b', 'a', 'c', '1', '10', '2'].map((key) => queuedEvent(key))
      for (const event of events) expect(queue.put(event)).toBe(true)
      expect([...queue.peek()]).toEqual(events)
    })

    test('reading takes nothing away, and may stop anywhere', () => {
      const queue = createQueue(10_000)
      queue.put(queuedEvent('a'))
      queue.put(queuedEvent('b'))
      for (const event of queue.peek()) {
        expect(event.key).toBe('a')
        break
      }
      expect(keysOf(queue)).toEqual(['a', 'b'])
      expect(keysOf(queue)).toEqual(['a', 'b'])
    })

    test('removal is by key, never by position: neighbours stay, unknown keys are ignored', () => {
      const queue = createQueue(10_000)
      for (const key of ['a', 'b', 'c', 'd']) queue.put(queuedEvent(key))
      remove(queue, 'c', 'never-added', 'a')
      expect(keysOf(queue)).toEqual(['b', 'd'])
      queue.remove([queuedEvent('a'), queuedEvent('c')])
      expect(keysOf(queue)).toEqual(['b', 'd'])
      queue.put(queuedEvent('e'))
      expect(keysOf(queue)).toEqual(['b', 'd', 'e'])
    })

    test('an event added while others are read is not lost', () => {
      const queue = createQueue(10_000)
      queue.put(queuedEvent('a'))
      const reading = queue.peek()[Symbol.iterator]()
      reading.next()
      queue.put(queuedEvent('b'))
      remove(queue, 'a')
      expect(keysOf(queue)).toEqual(['b'])
    })

    test('size is the sum of what waits, whatever came and went', () => {
      const queue = createQueue(10_000)
      expect(sizeOf(queue)).toEqual({ events: 0, bytes: 0 })
      for (let i = 0; i < 20; i++) {
        queue.put(queuedEvent(`k${i}`, i * 7))
        if (i % 3 === 0) remove(queue, `k${i}`, `k${i - 1}`)
        expect(sizeOf(queue)).toEqual({ events: keysOf(queue).length, bytes: sumOf(queue) })
      }
      queue.remove([...queue.peek()])
      expect(sizeOf(queue)).toEqual({ events: 0, bytes: 0 })
    })

    test('the same key twice is one event', () => {
      const queue = createQueue(10_000)
      queue.put(queuedEvent('a'))
      const { bytes } = sizeOf(queue)
      queue.put(queuedEvent('a'))
      expect(keysOf(queue)).toEqual(['a'])
      expect(sizeOf(queue)).toEqual({ events: 1, bytes })
    })

    test('a full queue refuses the newest, evicts nothing, and has room again after a removal', () => {
      const { bytes } = queuedEvent('a')
      const queue = createQueue(2 * bytes)
      queue.put(queuedEvent('a'))
      queue.put(queuedEvent('b'))
      expect(queue.put(queuedEvent('c'))).toBe(false)
      expect(keysOf(queue)).toEqual(['a', 'b'])
      expect(sizeOf(queue)).toEqual({ events: 2, bytes: 2 * bytes })
      remove(queue, 'a')
      expect(queue.put(queuedEvent('c'))).toBe(true)
      expect(keysOf(queue)).toEqual(['b', 'c'])
    })

    test('a drop report finds room in a full queue, yet the bound holds against endless reports', () => {
      const { bytes } = queuedEvent('a')
      const queue = createQueue(bytes)
      queue.put(queuedEvent('a'))
      expect(queue.put(queuedEvent('b'), false)).toBe(false)
      expect(queue.put(queuedEvent('b'), true)).toBe(true)
      let reports = 1
      while (queue.put(queuedEvent(`r${reports}`), true) && reports < 1000) reports++
      expect(reports).toBeLessThan(1000)
      expect(sizeOf(queue).bytes).toBeLessThan(bytes + 10_000)
    })
  })
}
