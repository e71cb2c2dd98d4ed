import type { RequestListener } from 'node:http'
import { createKoa, type KoaParts } from './create-koa.ts'
import { createDirectRoutes, type DirectParts } from './direct-routes.ts'

export interface HandlerParts extends Omit<KoaParts, 'routes'> {
  readonly ingestRoutes: DirectParts['routes']
  readonly otherRoutes: KoaParts['routes']
  readonly afterTurn: DirectParts['afterTurn']
}

/** Answers every request: events by the shortest way, everything else through Koa. */
export function createHandler({ ingestRoutes, otherRoutes, ...parts }: HandlerParts): RequestListener {
  const answer = createKoa({ ...parts, routes: otherRoutes }).callback()
  return createDirectRoutes({
    ...parts,
    routes: ingestRoutes,
    otherwise: (request, response) => void answer(request, response),
  })
}
