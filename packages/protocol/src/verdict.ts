import type { ErrorCode } from './error-code.ts'

/** The event is stored: now, or (with `duplicate`) by an earlier request with the same key. */
export interface AcceptedVerdict {
  readonly status: 'accepted'
  readonly event_id: string
  readonly duplicate?: true
}

/** The event will never be stored as it is; sending it again gets the same answer. */
export interface RejectedVerdict {
  readonly status: 'rejected'
  readonly error: ErrorCode
  readonly message: string
}

/** What became of one event of a batch. */
export type Verdict = AcceptedVerdict | RejectedVerdict

/** Answer of `POST /api/v1/events/batch`: one verdict an event, in the order of the request. */
export interface BatchAnswer {
  readonly accepted: number
  readonly rejected: number
  readonly results: readonly Verdict[]
}
