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

/** Why an event is given up. `isNumbered`: it leaves a gap in the lane, so the collector must be told. */
export interface Loss {
  readonly reason: DropReason
  readonly message: string
  readonly isNumbered: boolean
}

/** Turns a call into an event in the queue, or says why not. Never throws, whatever the arguments are. */
export function capture(
  { queue, lane, identity, clock, options, utf8Bytes }: CaptureParts,
  name: string,
  metadata?: object,
  given?: TrackOptions,
  isReport?: boolean,
): Loss | undefined {
  let reason: DropReason = 'invalid_event'
  let message = 'there is no more room'
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
      const outcome = queue.add(createEvent(event, key, utf8Bytes), isReport)
      if (outcome === 'added') return undefined
      reason = outcome
    } else message = 'beforeSend returned no event'
  } catch (cause) {
    message = errorText(cause)
  }
  return { reason, message, isNumbered }
}
