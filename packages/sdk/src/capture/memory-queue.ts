import { REPORT_RESERVE_BYTES } from '../tuning.ts'
import type { EventQueue, QueuedEvent } from './event-queue.ts'

/**
 * A queue in memory, bounded in bytes. What it holds is gone with the process, unless it is written down as well: `write` is
 * called for each event that is kept from now on, `erase` for each that is not, though it may never have been written.
 */
export function createMemoryQueue(
  maxBytes: number,
  write?: (event: QueuedEvent) => unknown,
  erase?: (event: QueuedEvent) => unknown,
): EventQueue {
  const events = new Map<string, QueuedEvent>()
  let bytes = 0
  return {
    put(event, isReport) {
      if (events.has(event.key)) return true
      if (bytes + event.bytes > maxBytes + (isReport ? REPORT_RESERVE_BYTES : 0)) return false
      // A copy, so that only what is kept grows old: V8 allocates in the old space what its site made last long, and
      // there the events that a full queue refuses would hold their text until a major collection (measured: twice the peak).
      events.set(event.key, { ...event })
      bytes += event.bytes
      write?.(event)
      return true
    },
    peek: () => events.values(),
    remove(gone) {
      for (const event of gone) {
        if (events.delete(event.key)) bytes -= event.bytes
        erase?.(event)
      }
    },
    count: () => events.size,
    bytes: () => bytes,
  }
}
