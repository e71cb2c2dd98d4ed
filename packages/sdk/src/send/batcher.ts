import type { EventQueue, QueuedEvent } from '../capture/event-queue.ts'

/**
 * The oldest waiting events that fit, but for those in `inFlight`.
 * One event larger than `maxBytes` goes alone: the collector decides about it.
 */
export function takeBatch(
  queue: EventQueue,
  inFlight: ReadonlySet<QueuedEvent>,
  maxEvents: number,
  maxBytes: number,
): QueuedEvent[] {
  const events: QueuedEvent[] = []
  // Beside each event its comma, and one bracket more than there are commas.
  let room = maxBytes
  for (const event of queue.peek()) {
    if (inFlight.has(event)) continue
    room -= event.bytes + 1
    if (events[0] && room < 1) break
    if (events.push(event) >= maxEvents) break
  }
  return events
}
