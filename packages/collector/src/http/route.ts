import type { Context } from 'koa'
import type { ApiKey } from '../store/registry.ts'
import type { Exchange } from './exchange.ts'
import type { QuotaName, Spend } from './quota.ts'
import type { RouteDoc } from './route-doc.ts'
import type { Access } from './scopes.ts'

/** One route of the v1 API. A room lists its routes; nothing else says who may call them, or what they take. */
export interface Route<E extends Exchange = Context> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With `:name` for a parameter. */
  readonly path: string
  readonly access: Access
  /** What a call draws on: an analytics request is counted before `handle` runs, events are for `handle` to `spend`. */
  readonly quota?: QuotaName
  readonly doc: RouteDoc
  /** Runs with a key that may call this route. */
  readonly handle: (exchange: E, key: ApiKey, spend: Spend) => Promise<void>
}

/** A parameter of the path, in lower case as ids are kept. */
export function pathParameter(ctx: Context, name: string): string {
  return String((ctx['params'] as Readonly<Record<string, string>>)[name]).toLowerCase()
}
