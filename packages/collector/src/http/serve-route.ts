import type { Projects } from '../store/registry.ts'
import { answerError } from './answer-error.ts'
import { authorize, type KeyRing } from './authorize.ts'
import { allowAnyOrigin, refuseOrigin } from './cross-origin.ts'
import type { Exchange } from './exchange.ts'
import type { Limiter } from './limiter.ts'
import { openQuota } from './quota.ts'
import { refuseStrangeBody } from './request-body.ts'
import type { Route } from './route.ts'

export interface Gate extends KeyRing {
  readonly projects: Projects
  readonly limiter: Limiter
}

/** Lets a request to its route when its key, its origin and its quota allow. */
export async function serveRoute<E extends Exchange>(exchange: E, route: Route<E>, gate: Gate): Promise<void> {
  if (route.access === 'ingest') allowAnyOrigin(exchange)
  const authorized = await authorize(exchange, route.access, gate)
  if (!authorized.ok) {
    if (authorized.error === 'unauthorized') exchange.set('WWW-Authenticate', 'Bearer')
    return answerError(exchange, authorized)
  }
  const key = authorized.value
  const stranger = await refuseOrigin(exchange, key, gate.projects)
  if (stranger !== undefined) return answerError(exchange, stranger)
  const spend = await openQuota(exchange, route.quota, key, gate.limiter)
  if (route.quota === 'analytics') {
    const spent = await spend(1)
    if (!spent.ok) return answerError(exchange, spent)
  }
  if (route.method === 'POST' && route.doc.body === undefined) {
    const strange = await refuseStrangeBody(exchange)
    if (strange !== undefined) return answerError(exchange, strange)
  }
  await route.handle(exchange, key, spend)
}
