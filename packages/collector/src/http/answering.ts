import { StoreError } from '../store/store-error.ts'
import type { BodyTimes } from './body-times.ts'
import type { Exchange } from './exchange.ts'
import { type Refusal, refuse } from './outcome.ts'
import { requestIdOf } from './request-id.ts'
import { endUnreadBody } from './unread-body.ts'

export interface AnsweringParts {
  readonly bodyTimes: BodyTimes
  readonly monotonicMs: () => number
  readonly newRequestId: () => string
  /** Told what failed inside: its sender learns nothing of it. */
  readonly onFailure: (exchange: Exchange, error: unknown) => void
  /** Told of every answer before it leaves, with its request's id on it as `X-Request-Id`. */
  readonly onAnswer: (exchange: Exchange, durationMs: number) => void
}

/** What serves an exchange: it answers, or says what the request is to be refused with. */
export type Serve = () => Promise<Refusal | undefined>

/** What surrounds the answer to every request, whatever routed it: its id, an answer where serving failed, the log. */
export function createAnswering(parts: AnsweringParts) {
  return async (exchange: Exchange, serve: Serve, answerRefusal: (refusal: Refusal) => void): Promise<void> => {
    const startedMs = parts.monotonicMs()
    exchange.bodyTimes = parts.bodyTimes
    exchange.set('X-Request-Id', requestIdOf(exchange.get('x-request-id'), parts.newRequestId))
    try {
      const refusal = refuseHostless(exchange) ?? (await serve())
      if (refusal !== undefined) answerRefusal(refusal)
    } catch (error) {
      parts.onFailure(exchange, error)
      answerRefusal(refusalFor(error))
    }
    endUnreadBody(exchange)
    parts.onAnswer(exchange, parts.monotonicMs() - startedMs)
  }
}

/** RFC 9112, 3.2, wants it so. */
function refuseHostless({ req }: Exchange): Refusal | undefined {
  if (req.headers.host !== undefined || req.httpVersion !== '1.1') return undefined
  return refuse('invalid_request', 'A request of HTTP/1.1 must have a Host header')
}

function refusalFor(error: unknown): Refusal {
  return error instanceof StoreError
    ? refuse('unavailable', 'The store cannot take or answer this now: nothing was changed, try again')
    : refuse('internal_error', 'The collector failed on this request: its log says why')
}
