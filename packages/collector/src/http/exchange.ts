import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodyTimes } from './body-times.ts'

/** One request and its answer, as gates and routes see them. Koa's context is one; see `direct-exchange` for the other. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly method: string
  readonly url: string
  readonly path: string
  /** Without its `?`; empty where there is none. */
  readonly querystring: string
  /** A header of the request, its name in lower case; empty where it has none. */
  get(name: string): string
  /** Sets a header of the answer. */
  set(name: string, value: string): void
  /** Takes a header of the answer back. */
  remove(name: string): void
  readonly response: { get(name: string): string }
  /** How long a body may take; usual times if left out. */
  bodyTimes?: BodyTimes
  status: number
  /** Serialised as JSON. */
  body: unknown
}
