import type { Context } from 'koa'
import type { ApiKeys, Projects } from '../store/registry.ts'
import { answerError } from './answer-error.ts'
import { authorize } from './authorize.ts'
import { allowAnyOrigin, refuseOrigin } from './cross-origin.ts'
import type { Limiter } from './limiter.ts'
import { openQuota } from './quota.ts'
import type { Route } from './route.ts'

export interface Gate {
  readonly apiKeys: ApiKeys
  readonly projects: Projects
  readonly limiter: Limiter
}

/** Lets a request to its route when its key, its origin and its quota allow. */
export async function serveRoute(ctx: Context, route: Route, gate: Gate): Promise<void> {
  if (route.access === 'ingest') allowAnyOrigin(ctx)
  const authorized = await authorize(ctx, route.access, gate.apiKeys)
  if (!authorized.ok) {
    if (authorized.error === 'unauthorized') ctx.set('WWW-Authenticate', 'Bearer')
    return answerError(ctx, authorized)
  }
  const key = authorized.value
  const stranger = await refuseOrigin(ctx, key, gate.projects)
  if (stranger !== undefined) return answerError(ctx, stranger)
  const spend = await openQuota(ctx, route.quota, key, gate.limiter)
  if (route.quota === 'analytics') {
    const spent = await spend(1)
    if (!spent.ok) return answerError(ctx, spent)
  }
  await route.handle(ctx, key, spend)
}
