import type { Context } from 'koa'
import { refuseStrangeBody } from '../http/request-body.ts'
import type { RouteFamily } from '../http/route-family.ts'
import type { EventPages, NumberedEvent } from '../store/event-pages.ts'
import type { EventStats } from '../store/event-stats.ts'
import type { Users } from '../store/registry.ts'
import { answerFlatError } from './answer-flat-error.ts'
import { enterFlat, type FlatGate } from './flat-access.ts'
import { createListRoutes } from './list-routes.ts'
import { createStatsRoute } from './stats-route.ts'
import { createWriteRoutes } from './write-routes.ts'

/** One route of the flat API, called for the project that is served. */
export interface FlatRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly handle: (ctx: Context, projectId: string) => Promise<void>
}

/** An event just stored. */
export type TakenEvent = Omit<NumberedEvent, 'metadata'> & { readonly metadataText: string }

export type TakenEvents =
  | { readonly ok: true; readonly events: readonly TakenEvent[] }
  /** Nothing is stored: the event at this index is not valid. */
  | { readonly ok: false; readonly index: number; readonly message: string }

/** Checks events of the v1 shape and stores them, all or nothing; resolves after their commit. */
export type TakeEvents = (projectId: string, events: readonly unknown[]) => Promise<TakenEvents>

/** Deletes a project's events from before an instant, a bounded piece at a time; resolves with how many they were. */
export type EraseEvents = (projectId: string, beforeMs: number) => Promise<number>

export interface FlatParts extends FlatGate {
  readonly take: TakeEvents
  readonly erase: EraseEvents
  readonly eventPages: EventPages
  readonly eventStats: EventStats
  readonly users: Users
  readonly newName: () => string
  /** Told of a store that can't take events. */
  readonly onFailure: (ctx: Context, error: unknown) => void
}

const PATHS = /^\/(event|events|users|stats|clear_cache)(\/|$)/

/** The flat event API: one project, integers for ids, errors as `{"error":"…"}`. */
export function createFlatRoutes(parts: FlatParts): RouteFamily {
  const routes: readonly FlatRoute[] = [
    ...createWriteRoutes(parts),
    ...createListRoutes(parts),
    createStatsRoute(parts.eventStats),
    {
      method: 'POST',
      path: '/users',
      async handle(ctx, projectId) {
        const strange = await refuseStrangeBody(ctx)
        if (strange !== undefined) return answerFlatError(ctx, strange)
        const name = parts.newName()
        const [id] = await parts.users.create(projectId, [name])
        ctx.status = 201
        ctx.body = { data: { id, name } }
      },
    },
    {
      method: 'GET',
      path: '/clear_cache',
      // There is none: every answer is read from the store.
      async handle(ctx) {
        ctx.body = { data: 'Ok' }
      },
    },
  ]
  return {
    routes: routes.map(({ method, path, handle }) => ({ method, path, handle: (ctx) => enter(ctx, parts, handle) })),
    owns: (path) => PATHS.test(path),
    answerError: answerFlatError,
  }
}

async function enter(ctx: Context, gate: FlatGate, handle: FlatRoute['handle']): Promise<void> {
  const project = await enterFlat(ctx, gate)
  if (!project.ok) return answerFlatError(ctx, project)
  await handle(ctx, project.value)
}
