import type { OpenRoute } from './http/open-route.ts'
import type { Metrics } from './metrics.ts'
import type { Store } from './store/store.ts'

/** Is it alive, can it write now, and what has it done since it started? */
export function createOperationRoutes(store: Store, metrics: Metrics): readonly OpenRoute[] {
  return [
    {
      path: '/healthz',
      summary: 'Is the collector alive?',
      async handle(ctx) {
        ctx.body = { status: 'ok' }
      },
    },
    {
      path: '/readyz',
      summary: 'Can it write now?',
      async handle(ctx) {
        await store.proveWritable()
        ctx.body = { status: 'ready' }
      },
    },
    {
      path: '/metrics',
      summary: 'What it did since it started, for Prometheus',
      async handle(ctx) {
        const { type, text } = await metrics.expose()
        ctx.set('Content-Type', type)
        ctx.body = text
      },
    },
  ]
}
