import { BATCH_PATH, EVENT_PATH } from '@truecount/protocol'
import { Router } from '@koa/router'
import Koa, { type Context, type Next } from 'koa'
import { StoreError } from '../store/store-error.ts'
import { answerError } from './answer-error.ts'
import { answerPreflight } from './cross-origin.ts'
import type { BodyTimes } from './body-times.ts'
import type { OpenRoute } from './open-route.ts'
import { refuse } from './outcome.ts'
import { setBodyTimes } from './request-body.ts'
import { requestIdOf } from './request-id.ts'
import type { Route } from './route.ts'
import { type Gate, serveRoute } from './serve-route.ts'
import { endUnreadBody } from './unread-body.ts'

export interface KoaParts extends Gate {
  readonly routes: readonly Route[]
  readonly openRoutes: readonly OpenRoute[]
  readonly bodyTimes: BodyTimes
  readonly monotonicMs: () => number
  readonly newRequestId: () => string
  /** Told what failed inside: its sender learns nothing of it. */
  readonly onFailure: (ctx: Context, error: unknown) => void
  /** Told of every answer before it leaves, with its request's id on it as `X-Request-Id`. */
  readonly onAnswer: (ctx: Context, durationMs: number) => void
}

/** Every route behind one gate, and the contract's error shape for whatever can go wrong. */
export function createKoa({ routes, openRoutes, ...parts }: KoaParts): Koa {
  const router = new Router({ sensitive: true, strict: true })
  for (const { path, handle } of openRoutes) router.get(path, handle)
  for (const path of [EVENT_PATH, BATCH_PATH]) router.options(path, answerPreflight)
  for (const route of routes) {
    router.register(route.path, [route.method], (ctx: Context) => serveRoute(ctx, route, parts))
  }
  const koa = new Koa()
  koa.use(async (ctx, next) => {
    const startedMs = parts.monotonicMs()
    ctx.set('X-Request-Id', requestIdOf(ctx.get('X-Request-Id'), parts.newRequestId))
    setBodyTimes(ctx, parts.bodyTimes)
    await answerFailures(ctx, next, parts.onFailure)
    endUnreadBody(ctx)
    parts.onAnswer(ctx, parts.monotonicMs() - startedMs)
  })
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  return koa
}

async function answerFailures(ctx: Context, next: Next, onFailure: KoaParts['onFailure']): Promise<void> {
  try {
    await next()
  } catch (error) {
    onFailure(ctx, error)
    const failure =
      error instanceof StoreError
        ? refuse('unavailable', 'The store cannot take or answer this now: nothing was changed, try again')
        : refuse('internal_error', 'The collector failed on this request: its log says why')
    return answerError(ctx, failure)
  }
  if (ctx.status === 405 || ctx.status === 501) {
    return answerError(ctx, refuse('method_not_allowed', `${ctx.path} takes ${ctx.response.get('Allow')}`))
  }
  if (ctx.status === 404 && ctx.body === undefined) {
    return answerError(ctx, refuse('not_found', `There is no ${ctx.path} here`))
  }
}
