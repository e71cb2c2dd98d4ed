import type { MeasureText } from '../capture/create-event.ts'
import type { EventQueue } from '../capture/event-queue.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import type { SafeStorage } from './safe-storage.ts'

/** A queue whose events are in web storage before `add` returns, and with them those of tabs that are gone. */
export interface StorageQueue {
  readonly queue: EventQueue
  /** Storage may be used from now on: writes down what waits. */
  open(): void
  /** Lanes that have events in storage, this tab's own left out; none before `open`. */
  otherLanes(): Iterable<string>
  /** Takes a lane's events over: they are sent, and removed from storage, by this queue. */
  adopt(lane: string): void
}

/**
 * Each event is an entry of its own, `<prefix><lane>:<idempotency key>`: tabs never write the same entry, and a tab
 * that dies in the middle of a write harms no other event. An event that storage does not take stays in memory.
 */
export function createStorageQueue(
  storage: SafeStorage,
  prefix: string,
  lane: string,
  maxBytes: number,
  utf8Bytes: MeasureText,
): StorageQueue {
  const memory = createMemoryQueue(maxBytes)
  /** Where an event is written, by its key. */
  const entries = new Map<string, string>()
  let isOpen = false

  function write(key: string, json: string) {
    const entry = `${prefix}${lane}:${key}`
    if (isOpen) storage((open) => (open.setItem(entry, json), entries.set(key, entry)))
  }

  /** What follows `start` in the names of the entries that begin with it. */
  const namesAfter = (start: string) =>
    storage((open) => Object.keys(open).flatMap((name) => (name.startsWith(start) ? name.slice(start.length) : []))) ??
    []

  return {
    queue: {
      ...memory,
      add(event, isReport) {
        const outcome = memory.add(event, isReport)
        if (outcome === 'added') write(event.key, event.json)
        return outcome
      },
      remove(keys) {
        memory.remove(keys)
        for (const key of keys) {
          const entry = entries.get(key)
          if (entry) storage((open) => open.removeItem(entry))
          entries.delete(key)
        }
      },
    },
    open() {
      isOpen = true
      for (const { key, json } of memory.peek()) write(key, json)
    },
    otherLanes() {
      const lanes = new Set(isOpen ? namesAfter(prefix).map((name) => name.split(':', 1)[0] as string) : [])
      lanes.delete(lane)
      return lanes
    },
    adopt(other) {
      const start = `${prefix}${other}:`
      // Shorter keys first: the numbers at their ends then ascend, and events keep the order of their capture.
      for (const key of namesAfter(start).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
        const json = storage((open) => open.getItem(start + key))
        if (json && memory.add({ key, json, bytes: utf8Bytes(json) }) === 'added') entries.set(key, start + key)
      }
    },
  }
}
