import type { EventQueue, QueuedEvent, QueueSize } from '../capture/event-queue.ts'
import type { Batch } from './transport.ts'

/** Why a batch is due. */
export type FlushReason = 'size' | 'bytes' | 'interval' | 'flush' | 'page_hidden' | 'online' | 'shutdown'

export interface BatchLimits {
  /** Most events in a batch. */
  readonly maxEvents: number
  /** Most bytes in a batch's body. */
  readonly maxBytes: number
}

/** Whether what waits is enough for a batch before the interval is over. */
export function dueBySize(waiting: QueueSize, flushAt: number, limits: BatchLimits): FlushReason | undefined {
  if (waiting.events >= flushAt) return 'size'
  return waiting.bytes >= limits.maxBytes ? 'bytes' : undefined
}

/**
 * The oldest waiting events that fit, but for those in `inFlight`; `undefined` if there are none.
 * One event larger than `maxBytes` goes alone: the collector decides about it.
 */
export function takeBatch(queue: EventQueue, inFlight: ReadonlySet<string>, limits: BatchLimits): Batch | undefined {
  const events: QueuedEvent[] = []
  let bytes = 1
  for (const event of queue.peek()) {
    if (inFlight.has(event.key)) continue
    if (events.length > 0 && bytes + event.bytes + 1 > limits.maxBytes) break
    bytes += event.bytes + 1
    if (events.push(event) >= limits.maxEvents) break
  }
  return events.length === 0 ? undefined : { events, bytes, body: `[${events.map((event) => event.json).join(',')}]` }
}
