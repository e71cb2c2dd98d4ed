import type { EventQueue, QueuedEvent } from '../capture/event-queue.ts'
import type { Batch } from './transport.ts'

/**
 * The oldest waiting events that fit, but for those in `inFlight`.
 * One event larger than `maxBytes` goes alone: the collector decides about it.
 */
export function takeBatch(
  queue: EventQueue,
  inFlight: ReadonlySet<QueuedEvent>,
  maxEvents: number,
  maxBytes: number,
): Batch {
  const events: QueuedEvent[] = []
  let bytes = 1
  for (const event of queue.peek()) {
    if (inFlight.has(event)) continue
    if (events[0] && bytes + event.bytes >= maxBytes) break
    bytes += event.bytes + 1
    if (events.push(event) >= maxEvents) break
  }
  const body = `[${events.map(({ json }) => json).join()}]`
  return { events, body, bytes, waiting: queue.count() - inFlight.size - events.length }
}
