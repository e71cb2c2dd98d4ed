import type { RequestListener } from 'node:http'
import { answerError } from './answer-error.ts'
import { type AnsweringParts, createAnswering } from './answering.ts'
import { answerPreflight, PREFLIGHT_METHODS } from './cross-origin.ts'
import { DirectExchange, splitTarget } from './direct-exchange.ts'
import type { Exchange } from './exchange.ts'
import { type Refusal, refuse } from './outcome.ts'
import type { Route } from './route.ts'
import { type Gate, serveRoute } from './serve-route.ts'
import { createTogether } from './together.ts'

export interface DirectParts extends Gate, AnsweringParts {
  /** POST routes for pages of any origin, each on a path of its own without parameters. */
  readonly routes: readonly Route<Exchange>[]
  /** Answers requests to every other path. */
  readonly otherwise: RequestListener
  /** Runs a function when the current turn of the event loop is over. */
  readonly afterTurn: (run: () => void) => void
}

/**
 * Serves the routes that are called for every event, on Node's own request and response: Koa and its router would cost
 * as much as all the rest of such a request. Gate, handlers and what surrounds an answer are those of the other routes.
 */
export function createDirectRoutes({ routes, otherwise, afterTurn, ...parts }: DirectParts): RequestListener {
  const byPath = new Map(routes.map((route) => [route.path, route]))
  const answering = createAnswering(parts)
  const together = createTogether(afterTurn)

  async function serveMethod(exchange: Exchange, route: Route<Exchange>): Promise<Refusal | undefined> {
    if (exchange.method === 'POST') {
      await serveRoute(exchange, route, parts)
      return undefined
    }
    exchange.set('Allow', PREFLIGHT_METHODS)
    if (exchange.method !== 'OPTIONS') {
      return refuse('method_not_allowed', `${route.path} takes ${PREFLIGHT_METHODS}`)
    }
    answerPreflight(exchange)
    return undefined
  }

  async function serve(exchange: DirectExchange, route: Route<Exchange>): Promise<void> {
    await answering(
      exchange,
      () => serveMethod(exchange, route),
      (refusal) => answerError(exchange, refusal),
    )
    exchange.send()
  }

  return (request, response) => {
    const { path, querystring } = splitTarget(request.url ?? '')
    const route = byPath.get(path)
    if (route === undefined) return otherwise(request, response)
    const exchange = new DirectExchange(request, response, path, querystring)
    together(() => void serve(exchange, route))
  }
}
