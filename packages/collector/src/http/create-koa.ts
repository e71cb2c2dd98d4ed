import { Router } from '@koa/router'
import Koa, { type Context } from 'koa'
import { answerError } from './answer-error.ts'
import type { AnsweringParts } from './answering.ts'
import { createAnswering } from './answering.ts'
import type { OpenRoute } from './open-route.ts'
import { type Refusal, refuse } from './outcome.ts'
import type { RouteFamily } from './route-family.ts'
import type { Route } from './route.ts'
import { type Gate, serveRoute } from './serve-route.ts'

export interface KoaParts extends Gate, AnsweringParts {
  readonly routes: readonly Route[]
  readonly openRoutes: readonly OpenRoute[]
  readonly family: RouteFamily
}

/** Every route but the direct ones behind one gate, and the error shape of its API for whatever can go wrong. */
export function createKoa({ routes, openRoutes, family, ...parts }: KoaParts): Koa {
  const router = new Router({ sensitive: true, strict: true })
  for (const { path, handle } of openRoutes) router.get(path, handle)
  for (const route of routes) {
    router.register(route.path, [route.method], (ctx: Context) => serveRoute(ctx, route, parts))
  }
  for (const { method, path, handle } of family.routes) router.register(path, [method], handle)
  const answering = createAnswering(parts)
  const answerWith = (path: string) => (family.owns(path) ? family.answerError : answerError)
  const koa = new Koa()
  koa.use((ctx, next) =>
    answering(
      ctx,
      async () => {
        await next()
        return unroutedOf(ctx)
      },
      (refusal) => answerWith(ctx.path)(ctx, refusal),
    ),
  )
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  return koa
}

/** What a request that no route answered is to be refused with. */
function unroutedOf(ctx: Context): Refusal | undefined {
  if (ctx.status === 405 || ctx.status === 501) {
    return refuse('method_not_allowed', `${ctx.path} takes ${ctx.response.get('Allow')}`)
  }
  if (ctx.status === 404 && ctx.body === undefined) return refuse('not_found', `There is no ${ctx.path} here`)
  return undefined
}
