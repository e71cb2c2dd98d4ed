import type { DropReason } from '@truecount/protocol'
import type { Clock } from '../clock.ts'
import { errorText } from '../error-text.ts'
import type { TrackOptions } from '../event-map.ts'
import type { CoreOptions, OutgoingEvent } from '../options.ts'
import { createEvent, type MeasureText } from './create-event.ts'
import type { EventQueue } from './event-queue.ts'
import type { Identity } from './identity.ts'
import type { Lane } from './lane.ts'

export interface CaptureParts {
  readonly queue: EventQueue
  readonly lane: Lane
  readonly identity: Identity
  readonly clock: Clock
  readonly options: Pick<CoreOptions, 'beforeSend'>
  readonly utf8Bytes: MeasureText
}

/**
 * Turns a call into an event in the queue, or tells `lost` why not. Never throws, whatever the arguments are.
 * `isNumbered`: the event leaves a gap in the lane, so the collector must be told. Returns how many events the queue has
 * more: none also where one with the caller's own key was there already, since that is the same event.
 */
export function capture(
  { queue, lane, identity, clock, options, utf8Bytes }: CaptureParts,
  lost: (reason: DropReason, message: string, isNumbered: boolean) => void,
  name: string,
  metadata?: object,
  given?: TrackOptions,
  isReport?: boolean,
): number {
  let reason: DropReason = 'invalid_event'
  let message = 'the queue is full'
  let isNumbered = false
  try {
    const { userId, timestamp, idempotencyKey } = given ?? {}
    isNumbered = idempotencyKey == null
    const key = idempotencyKey ?? lane.nextKey()
    let event: OutgoingEvent | null = {
      event_name: name,
      user_id: userId ?? identity.userId(),
      timestamp: timestamp ?? clock.now(),
      metadata,
    }
    if (!isReport) {
      reason = 'before_send'
      for (const hook of [options.beforeSend ?? []].flat()) event = event && hook(event)
    }
    if (event) {
      reason = 'invalid_event'
      const created = createEvent(event, key, utf8Bytes)
      const before = queue.size().events
      const outcome = queue.add(created, isReport)
      if (outcome === 'added') return queue.size().events - before
      reason = outcome
    } else message = 'beforeSend returned nothing'
  } catch (cause) {
    message = errorText(cause)
  }
  lost(reason, message, isNumbered)
  return 0
}
