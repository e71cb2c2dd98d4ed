import { utf8Bytes } from '@truecount/protocol'
import type { EventQueue } from '../capture/event-queue.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import type { SafeStorage } from './safe-storage.ts'

/** A queue whose events are in web storage before `add` returns, and with them those of tabs that are gone. */
export interface StorageQueue {
  readonly queue: EventQueue
  /** Storage may be used from now on: writes down what waits. */
  open(): void
  /** Lanes that have events in storage, this tab's own left out; none before `open`. */
  otherLanes(): readonly string[]
  /** Takes a lane's events over: they are sent, and removed from storage, by this queue. */
  adopt(lane: string): void
}

/**
 * Each event is an entry of its own, `<prefix><lane>:<idempotency key>`: tabs never write the same entry, and a tab
 * that dies in the middle of a write harms no other event. An event that storage does not take stays in memory.
 */
export function createStorageQueue(storage: SafeStorage, prefix: string, lane: string, maxBytes: number): StorageQueue {
  const memory = createMemoryQueue(maxBytes)
  const entries = new Map<string, string>()
  let isOpen = false

  function write(key: string, json: string) {
    const entry = `${prefix}${lane}:${key}`
    if (isOpen && storage.write(entry, json)) entries.set(key, entry)
  }

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
          if (entry !== undefined) storage.erase(entry)
          entries.delete(key)
        }
      },
    },
    open() {
      isOpen = true
      for (const event of memory.peek()) write(event.key, event.json)
    },
    otherLanes() {
      if (!isOpen) return []
      const lanes = storage.names(prefix).map((name) => name.slice(prefix.length).split(':', 1)[0] as string)
      return [...new Set(lanes)].filter((other) => other !== lane)
    },
    adopt(other) {
      const start = `${prefix}${other}:`
      // Shorter names first: the numbers at their ends then ascend, and events keep the order of their capture.
      const names = storage.names(start).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
      for (const entry of names) {
        const key = entry.slice(start.length)
        const json = storage.read(entry)
        if (json === undefined || memory.add({ key, json, bytes: utf8Bytes(json) }) !== 'added') continue
        entries.set(key, entry)
      }
    },
  }
}
