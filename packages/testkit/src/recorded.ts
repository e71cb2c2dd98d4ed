import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { EventInput } from '@truecount/protocol'
import type { Fault } from './fault.ts'
import type { IngestedEvent } from './ingest-request.ts'

/** The fault that a request met, or `refused` where the request itself breaks the contract. */
export type Outcome = Fault['kind'] | 'refused'

/** One request whose body arrived whole. */
export interface RecordedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As it came over the wire, still compressed if it was. */
  readonly body: Buffer
  /** The members of the batch, or the one event; empty where the request breaks the contract as a whole. */
  readonly events: readonly unknown[]
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly outcome: Outcome
}

/** What a recording collector saw so far. */
export interface Recorded {
  /** Every request but those for `pages`, in order of arrival. */
  readonly requests: readonly RecordedRequest[]
  /** Stored events by idempotency key; an event without one under its id. */
  readonly stored: ReadonlyMap<string, EventInput>
  /** How often each key arrived, whatever became of it. */
  readonly received: ReadonlyMap<string, number>
}

/** `body` is the wire's; `events` what could be read of it; `at` in milliseconds since 1970 UTC. */
export function recordRequest(
  { method = '', url = '/', headers }: IncomingMessage,
  body: Buffer,
  events: readonly IngestedEvent[],
  at: number,
  outcome: Outcome,
): RecordedRequest {
  return { method, path: url, headers, body, events: events.map(({ value }) => value), at, outcome }
}

/** What was seen, for the message of a wait that ran out of time. */
export function describeRecorded({ requests, stored, received }: Recorded): string {
  const last = requests
    .slice(-20)
    .map(({ method, path, events, outcome }) => `${method} ${path} ${events.length} events ${outcome}`)
  const keys = [...stored.keys()].slice(-5).join(', ')
  return `${requests.length} requests, ${received.size} keys received, ${stored.size} stored (last: ${keys || 'none'})\n${last.join('\n')}`
}
