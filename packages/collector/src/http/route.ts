import type { Context } from 'koa'
import type { ApiKey } from '../store/registry.ts'

/** One route of the v1 API. A room lists its routes; nothing else says who may call them. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** `ingest`: any key of the project. `secret`: secret keys only. */
  readonly access: 'ingest' | 'secret'
  /** Runs with a key that may call this route. */
  readonly handle: (ctx: Context, key: ApiKey) => Promise<void>
}
