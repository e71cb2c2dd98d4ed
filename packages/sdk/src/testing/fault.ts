import type { EventInput } from '@truecount/protocol'

/** What becomes of a request. */
export type Effect =
  | { readonly kind: 'lostAck' }
  | { readonly kind: 'status'; readonly code: number; readonly retryAfterSeconds?: number }
  | { readonly kind: 'partialReject'; readonly rejects: (event: EventInput) => boolean }

/** Something that goes wrong with one request, or with several in a row. */
export interface Fault {
  readonly effect: Effect
  /** How many requests meet it. */
  readonly requests: number
  /** The same fault for `requests` requests in a row. */
  times(requests: number): Fault
}

/** The events are stored, then the connection breaks: the sender can't know, and must send them again. */
export function lostAck(): Fault {
  return createFault({ kind: 'lostAck' })
}

/** Nothing is stored; the answer is an error with this HTTP status, 400 to 599. */
export function status(code: number): Fault {
  if (!(Number.isInteger(code) && code >= 400 && code <= 599)) {
    throw new RangeError(`status() takes an HTTP status from 400 to 599, got ${code}`)
  }
  return createFault({ kind: 'status', code })
}

/** Nothing is stored; the answer is 429 and asks to wait `seconds` before the next request. */
export function retryAfter(seconds: number): Fault {
  return createFault({ kind: 'status', code: 429, retryAfterSeconds: seconds })
}

/** Events for which `rejects` is true are rejected for good; the others of the request are stored. */
export function partialReject(rejects: (event: EventInput) => boolean): Fault {
  return createFault({ kind: 'partialReject', rejects })
}

function createFault(effect: Effect, requests = 1): Fault {
  return {
    effect,
    requests,
    times(count) {
      if (!(Number.isInteger(count) && count > 0)) {
        throw new RangeError(`times() takes a number of requests above 0, got ${count}`)
      }
      return createFault(effect, count)
    },
  }
}
