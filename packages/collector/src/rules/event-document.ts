import type { ListedEvent } from '../store/event-list.ts'

/** What conditions look at. `timestamp` is in milliseconds, so that two spellings of one instant are equal. */
export interface EventDocument {
  readonly event_name: string
  /** Absent for an event without a user. */
  readonly user_id?: string
  readonly timestamp: number
  readonly metadata: object
}

export const EVENT_FIELDS = ['event_name', 'user_id', 'timestamp', 'metadata']

/** An event as conditions see it. */
export function eventDocument({ eventName, userId, timestampMs, metadata }: ListedEvent): EventDocument {
  return { event_name: eventName, ...(userId === null ? {} : { user_id: userId }), timestamp: timestampMs, metadata }
}
