import { describe, expect, test } from 'vitest'
import type { EventQueue } from '../src/capture/event-queue.ts'
import { queuedEvent } from './queued-event.ts'

const keysOf = (queue: EventQueue) => [...queue.peek()].map(({ key }) => key)
const sumOf = (queue: EventQueue) => [...queue.peek()].reduce((sum, { bytes }) => sum + bytes, 0)

/** What every queue keeps. `createQueue` gives a new, empty one that holds `maxBytes` of events. */
export function describeQueue(name: string, createQueue: (maxBytes: number) => EventQueue): void {
  describe(`${name} keeps every event until its key is named`, () => {
    test('events are read in the order of their capture, as they were written', () => {
      const queue = createQueue(10_000)
      const events = ['b', 'a', 'c', '1', '10', '2'].map((key) => queuedEvent(key))
      for (const event of events) expect(queue.add(event)).toBe('added')
      expect([...queue.peek()]).toEqual(events)
    })

    test('reading takes nothing away, and may stop anywhere', () => {
      const queue = createQueue(10_000)
      queue.add(queuedEvent('a'))
      queue.add(queuedEvent('b'))
      for (const event of queue.peek()) {
        expect(event.key).toBe('a')
        break
      }
      expect(keysOf(queue)).toEqual(['a', 'b'])
      expect(keysOf(queue)).toEqual(['a', 'b'])
    })

    test('removal is by key, never by position: neighbours stay, unknown keys are ignored', () => {
      const queue = createQueue(10_000)
      for (const key of ['a', 'b', 'c', 'd']) queue.add(queuedEvent(key))
      queue.remove(['c', 'never-added', 'a'])
      expect(keysOf(queue)).toEqual(['b', 'd'])
      queue.remove(['a', 'c'])
      expect(keysOf(queue)).toEqual(['b', 'd'])
      queue.add(queuedEvent('e'))
      expect(keysOf(queue)).toEqual(['b', 'd', 'e'])
    })

    test('an event added while others are read is not lost', () => {
      const queue = createQueue(10_000)
      queue.add(queuedEvent('a'))
      const reading = queue.peek()[Symbol.iterator]()
      reading.next()
      queue.add(queuedEvent('b'))
      queue.remove(['a'])
      expect(keysOf(queue)).toEqual(['b'])
    })

    test('size is the sum of what waits, whatever came and went', () => {
      const queue = createQueue(10_000)
      expect(queue.size()).toEqual({ events: 0, bytes: 0 })
      for (let i = 0; i < 20; i++) {
        queue.add(queuedEvent(`k${i}`, i * 7))
        if (i % 3 === 0) queue.remove([`k${i}`, `k${i - 1}`])
        expect(queue.size()).toEqual({ events: keysOf(queue).length, bytes: sumOf(queue) })
      }
      queue.remove(keysOf(queue))
      expect(queue.size()).toEqual({ events: 0, bytes: 0 })
    })

    test('the same key twice is one event', () => {
      const queue = createQueue(10_000)
      queue.add(queuedEvent('a'))
      const { bytes } = queue.size()
      queue.add(queuedEvent('a'))
      expect(keysOf(queue)).toEqual(['a'])
      expect(queue.size()).toEqual({ events: 1, bytes })
    })

    test('a full queue refuses the newest, evicts nothing, and has room again after a removal', () => {
      const { bytes } = queuedEvent('a')
      const queue = createQueue(2 * bytes)
      queue.add(queuedEvent('a'))
      queue.add(queuedEvent('b'))
      expect(queue.add(queuedEvent('c'))).toBe('queue_full')
      expect(keysOf(queue)).toEqual(['a', 'b'])
      expect(queue.size()).toEqual({ events: 2, bytes: 2 * bytes })
      queue.remove(['a'])
      expect(queue.add(queuedEvent('c'))).toBe('added')
      expect(keysOf(queue)).toEqual(['b', 'c'])
    })

    test('a drop report finds room in a full queue, yet the bound holds against endless reports', () => {
      const { bytes } = queuedEvent('a')
      const queue = createQueue(bytes)
      queue.add(queuedEvent('a'))
      expect(queue.add(queuedEvent('b'), false)).toBe('queue_full')
      expect(queue.add(queuedEvent('b'), true)).toBe('added')
      let reports = 1
      while (queue.add(queuedEvent(`r${reports}`), true) === 'added' && reports < 1000) reports++
      expect(reports).toBeLessThan(1000)
      expect(queue.size().bytes).toBeLessThan(bytes + 10_000)
    })
  })
}
