import { utf8Bytes } from '@truecount/protocol'
import type { QueuedEvent } from '../src/capture/event-queue.ts'

/** An event as a queue holds it, of about `padding` bytes more than the smallest. */
export function queuedEvent(key: string, padding = 0): QueuedEvent {
  const json = JSON.stringify({ event_name: 'test', idempotency_key: key, metadata: { padding: 'x'.repeat(padding) } })
  return { key, json, bytes: utf8Bytes(json) }
}
