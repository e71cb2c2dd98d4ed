import type { Context } from 'koa'

const DAY_SECONDS = 86_400

/** Lets any page read the answer: for the ingest routes, unless the request came with a secret key. */
export function allowAnyOrigin(ctx: Context): void {
  ctx.set('Access-Control-Allow-Origin', '*')
  ctx.set('Access-Control-Expose-Headers', 'Idempotency-Replayed, Retry-After')
}

/** Takes back {@link allowAnyOrigin}. */
export function forbidOtherOrigins(ctx: Context): void {
  ctx.remove('Access-Control-Allow-Origin')
  ctx.remove('Access-Control-Expose-Headers')
}

/** Answers a CORS preflight of an ingest route. */
export function answerPreflight(ctx: Context): void {
  allowAnyOrigin(ctx)
  ctx.set('Access-Control-Allow-Methods', 'POST')
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
  ctx.set('Access-Control-Max-Age', String(DAY_SECONDS))
  ctx.status = 204
}
