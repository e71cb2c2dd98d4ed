import type { EventInput } from '@truecount/protocol'

/** How an SDK puts events on the wire, as far as a server must know it that records what it takes. */
export interface Wire {
  /** The request's events in the words of our contract; `undefined` where it brings none. */
  decode(request: WireRequest): readonly EventInput[] | undefined
  /** What the service answers, as JSON, when it has taken them all. */
  accepted(eventCount: number): unknown
}

export interface WireRequest {
  readonly url: URL
  /** Unpacked. */
  readonly body: string
}

/** What wires find where they look for fields. */
export type Fields = Readonly<Record<string, unknown>>

/** A field that is text, or nothing. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** `id` is what a service could recognise a repeat by. */
export function eventOf(name: unknown, user: unknown, id: unknown, metadata: unknown): EventInput {
  const [userId, key] = [text(user), text(id)]
  return {
    event_name: text(name) ?? '',
    metadata: Object(metadata) as Record<string, never>,
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(key === undefined ? {} : { idempotency_key: key }),
  }
}
