import { setTimeout as wait } from 'node:timers/promises'
import { EVENT_PATH, BATCH_PATH } from '@truecount/protocol'
import { Router } from '@koa/router'
import Koa, { type Context, type Next } from 'koa'
import { createDeliveryPlan } from './deliver/delivery-plan.ts'
import { createPostWebhook } from './deliver/post-webhook.ts'
import { createRuleRoutes } from './deliver/rule-routes.ts'
import { type DeliveryWorker, startDeliveryWorker } from './deliver/delivery-worker.ts'
import { createWebhookRoutes } from './deliver/webhook-routes.ts'
import { ERASURE_PAUSE_MS, type ErasureParts } from './erase/erase-in-pieces.ts'
import { startRetentionWorker } from './erase/retention-worker.ts'
import { createUserRoutes } from './erase/user-routes.ts'
import { answerError } from './http/answer-error.ts'
import { authorize } from './http/authorize.ts'
import { allowAnyOrigin, answerPreflight, forbidOtherOrigins } from './http/cross-origin.ts'
import { refuse } from './http/outcome.ts'
import type { Route } from './http/route.ts'
import { endUnreadBody } from './http/unread-body.ts'
import type { RandomBytes } from './id/uuid.ts'
import { createGroupCommit } from './ingest/group-commit.ts'
import { createIngestRoutes } from './ingest/ingest-routes.ts'
import type { Log } from './log.ts'
import { createReportRoutes } from './report/report-routes.ts'
import type { ApiKeys } from './store/registry.ts'
import type { Store } from './store/store.ts'
import { StoreError } from './store/store-error.ts'

export interface AppParts {
  readonly store: Store
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly randomBytes: RandomBytes
  /** Whether a webhook may be on this machine. Only while nobody else can reach the collector. */
  readonly allowOwnAddresses: boolean
}

export interface App {
  readonly koa: Koa
  /** Every route of the API with who may call it. */
  readonly routes: readonly Route[]
  /** Reads the rules and begins to deliver. To be awaited before the first request. */
  start(): Promise<DeliveryWorker>
}

/** Introduces the rooms to each other and to the store. Listens nowhere and begins nothing. */
export function createApp({ store, log, now, randomBytes, allowOwnAddresses }: AppParts): App {
  const deliveries = createDeliveryPlan(store.webhooks, store.rules)
  let worker: DeliveryWorker | undefined
  const submit = createGroupCommit({
    ledger: store.ledger,
    plan: deliveries.plan,
    afterTurn: setImmediate,
    onEnqueued: () => worker?.wake(),
  })
  const erasure: ErasureParts = { eraser: store.eraser, pause: () => wait(ERASURE_PAUSE_MS) }
  const managed = { webhooks: store.webhooks, onChange: deliveries.load, now, randomBytes }
  const routes = [
    ...createIngestRoutes({ submit, now, randomBytes }),
    ...createReportRoutes({ analytics: store.analytics, now }),
    ...createUserRoutes(erasure),
    ...createWebhookRoutes({ ...managed, allowOwnAddresses }),
    ...createRuleRoutes({ ...managed, rules: store.rules }),
  ]
  return {
    koa: createKoa(routes, store.apiKeys, log),
    routes,
    async start() {
      await deliveries.load()
      const post = createPostWebhook({ allowOwnAddresses })
      worker = startDeliveryWorker({
        outbox: store.outbox,
        post,
        now,
        onError: (error) => log('error', 'delivery', { error: describe(error) }),
      })
      const retention = startRetentionWorker({
        ...erasure,
        retention: store.retention,
        now,
        every: repeat,
        onErased: (projectId, events) => log('info', 'retention', { project_id: projectId, deleted: events }),
        onError: (error) => log('error', 'retention', { error: describe(error) }),
      })
      return { wake: worker.wake, stop: async () => void (await Promise.all([worker?.stop(), retention.stop()])) }
    },
  }
}

function repeat(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs)
  return () => clearInterval(timer)
}

function createKoa(routes: readonly Route[], apiKeys: ApiKeys, log: Log): Koa {
  const router = new Router()
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' }
  })
  for (const path of [EVENT_PATH, BATCH_PATH]) router.options(path, answerPreflight)
  for (const route of routes) {
    router.register(route.path, [route.method], (ctx: Context) => serve(ctx, route, apiKeys))
  }
  const koa = new Koa()
  koa.use(async (ctx, next) => {
    await answerFailures(ctx, next, log)
    endUnreadBody(ctx)
  })
  koa.use(router.routes())
  koa.use(router.allowedMethods())
  return koa
}

async function serve(ctx: Context, route: Route, apiKeys: ApiKeys): Promise<void> {
  if (route.access === 'ingest') allowAnyOrigin(ctx)
  const key = await authorize(ctx, route.access, apiKeys)
  if (!key.ok) {
    if (key.error === 'unauthorized') ctx.set('WWW-Authenticate', 'Bearer')
    return answerError(ctx, key)
  }
  if (key.value.kind === 'secret') forbidOtherOrigins(ctx)
  await route.handle(ctx, key.value)
}

/** Gives every failure the contract's error shape; what went wrong inside goes to the log, never to the sender. */
async function answerFailures(ctx: Context, next: Next, log: Log): Promise<void> {
  try {
    await next()
  } catch (error) {
    log('error', 'request failed', { method: ctx.method, path: ctx.path, error: describe(error) })
    const failure =
      error instanceof StoreError
        ? refuse('unavailable', 'The store cannot take or answer this now: nothing was changed, try again')
        : refuse('internal_error', 'The collector failed on this request: its log says why')
    return answerError(ctx, failure)
  }
  if (ctx.status === 405 || ctx.status === 501) {
    return answerError(ctx, refuse('method_not_allowed', `${ctx.path} takes ${ctx.response.get('Allow')}`))
  }
  if (ctx.status === 404 && ctx.body === undefined) {
    return answerError(ctx, refuse('not_found', `There is no ${ctx.path} here`))
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof StoreError ? `${error.message}: ${String(error.cause)}` : (error.stack ?? error.message)
}
