import type { Context } from 'koa'
import type { Refusal } from './outcome.ts'

/** A route of a family, which decides itself who may call it. */
export interface FamilyRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly handle: (ctx: Context) => Promise<void>
}

/** Routes that answer errors in a shape of their own. */
export interface RouteFamily {
  readonly routes: readonly FamilyRoute[]
  /** Whether errors at a path, which may be no route, have the shape of this family. */
  readonly owns: (path: string) => boolean
  readonly answerError: (ctx: Context, refusal: Pick<Refusal, 'error' | 'message'>) => void
}
