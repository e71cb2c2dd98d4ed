import type { Context } from 'koa'

/** A GET that anyone may ask, without a key: for those who run the collector, not for its senders. */
export interface OpenRoute {
  readonly path: string
  readonly summary: string
  readonly handle: (ctx: Context) => Promise<void>
}
