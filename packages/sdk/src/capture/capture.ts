import type { DropReason } from '@truecount/protocol'
import type { Clock } from '../clock.ts'
import { errorText } from '../error-text.ts'
import type { TrackOptions } from '../event-map.ts'
import type { BeforeSend, OutgoingEvent } from '../options.ts'
import { createEvent } from './create-event.ts'
import type { EventQueue, QueuedEvent } from './event-queue.ts'
import type { Identity } from './identity.ts'
import type { Lane } from './lane.ts'

export interface CaptureParts {
  readonly queue: EventQueue
  readonly lane: Lane
  readonly identity: Identity
  readonly clock: Clock
  readonly beforeSend: readonly BeforeSend[]
}

/**
 * Kept: the event has its key and is in the queue; it is not new if one with that key was there. Dropped: it is not, for the reason given;
 * `numbered` events left a gap in the lane that the collector must be told of.
 */
export type CaptureOutcome =
  | { readonly kind: 'kept'; readonly event: QueuedEvent; readonly isNew: boolean }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly message: string; readonly numbered: boolean }

export type Capture = (name: string, metadata?: object, options?: TrackOptions, isReport?: boolean) => CaptureOutcome

/** Turns a call into an event in the queue. Never throws, whatever the arguments are. */
export function createCapture(parts: CaptureParts): Capture {
  return (name, metadata, given, isReport) => {
    let numbered = false
    const dropped = (reason: DropReason, message: string): CaptureOutcome => ({
      kind: 'dropped',
      reason,
      message,
      numbered,
    })
    let reason: DropReason = 'invalid_event'
    try {
      const { userId, timestamp, idempotencyKey } = (given ?? {}) as TrackOptions
      numbered = (idempotencyKey ?? undefined) === undefined
      const key = idempotencyKey ?? parts.lane.nextKey()
      const draft = {
        event_name: name,
        user_id: userId ?? parts.identity.userId(),
        timestamp: timestamp ?? parts.clock.now(),
        metadata,
      }
      reason = 'before_send'
      const outgoing = isReport ? draft : applyBeforeSend(parts.beforeSend, draft)
      if (!outgoing) return dropped('before_send', `beforeSend returned ${String(outgoing)}`)
      const created = createEvent(outgoing, key)
      if (created.kind === 'invalid') return dropped('invalid_event', created.message)
      const before = parts.queue.size().events
      const added = parts.queue.add(created.event, isReport)
      if (added !== 'added') return dropped(added, `${name} could not be kept`)
      return { kind: 'kept', event: created.event, isNew: parts.queue.size().events > before }
    } catch (cause) {
      return dropped(reason, errorText(cause))
    }
  }
}

function applyBeforeSend(hooks: readonly BeforeSend[], draft: OutgoingEvent): OutgoingEvent | null {
  let event: OutgoingEvent | null = draft
  for (const hook of hooks) event = event && hook(event)
  return event
}
