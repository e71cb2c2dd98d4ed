import type { EventQueue, QueuedEvent } from './event-queue.ts'

/** What a drop report may take beyond the bound, in bytes. */
const REPORT_RESERVE_BYTES = 4096

/** A queue in memory, bounded in bytes. What it holds is gone with the process. */
export function createMemoryQueue(maxBytes: number): EventQueue {
  const events = new Map<string, QueuedEvent>()
  let bytes = 0
  return {
    add(event, isReport) {
      if (events.has(event.key)) return 'added'
      if (bytes + event.bytes > maxBytes + (isReport ? REPORT_RESERVE_BYTES : 0)) return 'queue_full'
      // A copy, so that only what is kept grows old: V8 allocates in the old space what its site made last long, and
      // there the events that a full queue refuses would hold their text until a major collection (measured: twice the peak).
      events.set(event.key, { ...event })
      bytes += event.bytes
      return 'added'
    },
    peek: () => events.values(),
    remove(keys) {
      for (const key of keys) {
        bytes -= events.get(key)?.bytes ?? 0
        events.delete(key)
      }
    },
    size: () => ({ events: events.size, bytes }),
  }
}
