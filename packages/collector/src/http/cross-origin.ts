import type { Exchange } from './exchange.ts'
import type { ApiKey, Projects } from '../store/registry.ts'
import { type Refusal, refuse } from './outcome.ts'

const DAY_SECONDS = 86_400
const EXPOSED = 'Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id'

/** Lets any page read the answer: for the ingest routes, whose answers tell a page nothing it did not send. */
export function allowAnyOrigin(exchange: Exchange): void {
  exchange.set('Access-Control-Allow-Origin', '*')
  exchange.set('Access-Control-Expose-Headers', EXPOSED)
}

/** What the ingest routes take, as `Allow` says it. */
export const PREFLIGHT_METHODS = 'POST, OPTIONS'

/** Answers OPTIONS on an ingest route, a CORS preflight or not. */
export function answerPreflight(exchange: Exchange): void {
  allowAnyOrigin(exchange)
  exchange.set('Access-Control-Allow-Methods', 'POST')
  exchange.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Content-Encoding, X-Request-Id')
  exchange.set('Access-Control-Max-Age', String(DAY_SECONDS))
  exchange.status = 204
}

/**
 * Refuses a page whose origin the project does not list. A refusal may be read by that page, so that it learns why;
 * the answer to a secret key may be read by none.
 */
export async function refuseOrigin(exchange: Exchange, key: ApiKey, projects: Projects): Promise<Refusal | undefined> {
  if (key.kind === 'secret') {
    exchange.remove('Access-Control-Allow-Origin')
    exchange.remove('Access-Control-Expose-Headers')
    return undefined
  }
  const origin = exchange.get('origin')
  if (origin === '') return undefined
  const allowed = (await projects.find(key.projectId))?.allowedOrigins ?? null
  if (allowed === null || allowed.includes(origin)) return undefined
  return refuse('forbidden', `Pages of ${origin} may not send events to this project: add it to its allowed_origins`)
}
