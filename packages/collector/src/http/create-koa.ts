import { BATCH_PATH, EVENT_PATH } from '@truecount/protocol'
import { Router } from '@koa/router'
import Koa, { type Context, type Next } from 'koa'
import { StoreError } from '../store/store-error.ts'
import { answerError } from './answer-error.ts'
import { answerPreflight } from './cross-origin.ts'
import type { BodyTimes } from './body-times.ts'
import type { OpenRoute } from './open-route.ts'
import { type Refusal, refuse } from './outcome.ts'
import { setBodyTimes } from './request-body.ts'
import { requestIdOf } from './request-id.ts'
import type { RouteFamily } from './route-family.ts'
import type { Route } from './route.ts'
import { type Gate, serveRoute } from './serve-route.ts'
import { endUnreadBody } from './unread-body.ts'

export interface KoaParts extends Gate {
  readonly routes: readonly Route[]
  readonly openRoutes: readonly OpenRoute[]
  readonly family: RouteFamily
  readonly bodyTimes: BodyTimes
  readonly monotonicMs: () => number
  readonly newRequestId: () => string
  /** Told what failed inside: its sender learns nothing of it. */
  readonly onFailure: (ctx: Context, error: unknown) => void
  /** Told of every answer before it leaves, with its request's id on it as `X-Request-Id`. */
  readonly onAnswer: (ctx: Context, durationMs: number) => void
}

/** Every route behind one gate, and the error shape of its API for whatever can go wrong. */
export function createKoa({ routes, openRoutes, family, ...parts }: KoaParts): Koa {
  const router = new Router({ sensitive: true, strict: true })
  for (const { path, handle } of openRoutes) router.get(path, handle)
  for (const path of [EVENT_PATH, BATCH_PATH]) router.options(path, answerPreflight)
  for (const route of routes) {
    router.register(route.path, [route.method], (ctx: Context) => serveRoute(ctx, route, parts))
  }
  for (const { method, path, handle } of family.routes) router.register(path, [method], handle)
  const answerWith = (path: string) => (family.owns(path) ? family.answerError : answerError)
  const koa = new Koa()
  koa.use(async (ctx, next) => {
    const startedMs = parts.monotonicMs()
    ctx.set('X-Request-Id', requestIdOf(ctx.get('X-Request-Id'), parts.newRequestId))
    setBodyTimes(ctx, parts.bodyTimes)
    const refusal = await failureOf(ctx, next, parts.onFailure)
    if (refusal !== undefined) answerWith(ctx.path)(ctx, refusal)
    endUnreadBody(ctx)
    parts.onAnswer(ctx, parts.monotonicMs() - startedMs)
  })
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  return koa
}

/** What a request that was not answered is to be refused with. */
async function failureOf(ctx: Context, next: Next, onFailure: KoaParts['onFailure']): Promise<Refusal | undefined> {
  try {
    await next()
  } catch (error) {
    onFailure(ctx, error)
    return error instanceof StoreError
      ? refuse('unavailable', 'The store cannot take or answer this now: nothing was changed, try again')
      : refuse('internal_error', 'The collector failed on this request: its log says why')
  }
  if (ctx.status === 405 || ctx.status === 501) {
    return refuse('method_not_allowed', `${ctx.path} takes ${ctx.response.get('Allow')}`)
  }
  if (ctx.status === 404 && ctx.body === undefined) return refuse('not_found', `There is no ${ctx.path} here`)
  return undefined
}
