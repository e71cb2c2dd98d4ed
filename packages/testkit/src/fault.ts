import type { EventInput } from '@truecount/protocol'

/** What a server or the network does to one ingest request. */
export type Fault =
  | { readonly kind: 'ok' }
  | { readonly kind: 'dropRequest' }
  | { readonly kind: 'dropReply' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'garbage'; readonly code: 200 | 202 }
  | { readonly kind: 'status'; readonly code: number; readonly retryAfter?: number | string }
  | { readonly kind: 'partialReject'; readonly rejects: (event: EventInput) => boolean }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'late'; readonly delayMs: number }
  | { readonly kind: 'duplicate'; readonly delayMs: number }

/** Stored and answered as the contract says. */
export const ok: Fault = { kind: 'ok' }

/** The connection is cut before anything is stored. */
export const dropRequest: Fault = { kind: 'dropRequest' }

/** Everything is stored, then the connection is cut: the sender can't know. */
export const dropReply: Fault = { kind: 'dropReply' }

/** Nothing is stored and no answer ever comes; the connection stays open until the server stops. */
export const hang: Fault = { kind: 'hang' }

/** Nothing is stored, yet the answer claims success with a body that is no JSON: a captive portal. */
export function garbage(code: 200 | 202 = 200): Fault {
  return { kind: 'garbage', code }
}

/** Nothing is stored; the answer bears `code` and, if given, `Retry-After` (seconds, or an HTTP date as a string). */
export function status(code: number, { retryAfter }: { readonly retryAfter?: number | string } = {}): Fault {
  return retryAfter === undefined ? { kind: 'status', code } : { kind: 'status', code, retryAfter }
}

/** Events for which `rejects` is true get the verdict `rejected`; their neighbours are stored. */
export function partialReject(rejects: (event: EventInput) => boolean): Fault {
  return { kind: 'partialReject', rejects }
}

/** Stored and answered as the contract says, after `delayMs` of real time. */
export function slow(delayMs: number): Fault {
  return { kind: 'slow', delayMs }
}

/** The connection is cut at once, and everything is stored after `delayMs` of real time: the repeat may come before it. */
export function late(delayMs: number): Fault {
  return { kind: 'late', delayMs }
}

/** Stored and answered as the contract says, and the same request once more after `delayMs` of real time. */
export function duplicate(delayMs: number): Fault {
  return { kind: 'duplicate', delayMs }
}
