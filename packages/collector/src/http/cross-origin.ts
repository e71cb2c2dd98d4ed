import type { Context } from 'koa'
import type { ApiKey, Projects } from '../store/registry.ts'
import { type Refusal, refuse } from './outcome.ts'

const DAY_SECONDS = 86_400
const EXPOSED = 'Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id'

/** Lets any page read the answer: for the ingest routes, whose answers tell a page nothing it did not send. */
export function allowAnyOrigin(ctx: Context): void {
  ctx.set('Access-Control-Allow-Origin', '*')
  ctx.set('Access-Control-Expose-Headers', EXPOSED)
}

/** Answers OPTIONS on an ingest route, a CORS preflight or not. */
export function answerPreflight(ctx: Context): void {
  allowAnyOrigin(ctx)
  ctx.set('Allow', 'POST, OPTIONS')
  ctx.set('Access-Control-Allow-Methods', 'POST')
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type, Content-Encoding, X-Request-Id')
  ctx.set('Access-Control-Max-Age', String(DAY_SECONDS))
  ctx.status = 204
}

/**
 * Refuses a page whose origin the project does not list. A refusal may be read by that page, so that it learns why;
 * the answer to a secret key may be read by none.
 */
export async function refuseOrigin(ctx: Context, key: ApiKey, projects: Projects): Promise<Refusal | undefined> {
  if (key.kind === 'secret') {
    ctx.remove('Access-Control-Allow-Origin')
    ctx.remove('Access-Control-Expose-Headers')
    return undefined
  }
  const origin = ctx.get('Origin')
  if (origin === '') return undefined
  const allowed = (await projects.find(key.projectId))?.allowedOrigins ?? null
  if (allowed === null || allowed.includes(origin)) return undefined
  return refuse('forbidden', `Pages of ${origin} may not send events to this project: add it to its allowed_origins`)
}
