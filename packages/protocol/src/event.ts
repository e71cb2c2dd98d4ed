import type { JsonObject } from './json.ts'

/** One event as it is sent: the body of `POST /api/v1/events`, or a member of a batch. */
export interface EventInput {
  /** 1 to {@link MAX_EVENT_NAME_CHARACTERS} characters. Names that begin with `$` are Truecount's own. */
  readonly event_name: string
  readonly user_id?: string
  /** ISO 8601; the collector's clock if left out. */
  readonly timestamp?: string
  /** At most {@link MAX_METADATA_BYTES} of JSON. */
  readonly metadata?: JsonObject
  /** The same key twice in one project is one event. */
  readonly idempotency_key?: string
}

/** Path of the route that takes one event. */
export const EVENT_PATH = '/api/v1/events'

/** Path of the route that takes a JSON array of events. */
export const BATCH_PATH = '/api/v1/events/batch'
