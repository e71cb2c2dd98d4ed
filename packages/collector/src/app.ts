import { setTimeout as wait } from 'node:timers/promises'
import type { RequestListener } from 'node:http'
import { createDeliverRoutes, type DeliverRouteParts } from './deliver/deliver-routes.ts'
import { createDeliveryPlan } from './deliver/delivery-plan.ts'
import { createPostWebhook } from './deliver/post-webhook.ts'
import type { ResolveName } from './deliver/vetted-lookup.ts'
import type { AddressPolicy } from './deliver/webhook-address.ts'
import { createDescribeRoutes } from './describe/describe-routes.ts'
import { RECLAIM_PAUSE_MS } from './erase/janitor.ts'
import { createUserRoutes } from './erase/user-routes.ts'
import { wakingEraser } from './erase/waking-eraser.ts'
import type { FlatAccess } from './flat/flat-access.ts'
import { createFlatRoutes, type EraseEvents, type FlatParts, type TakeEvents } from './flat/flat-routes.ts'
import type { BodyTimes } from './http/body-times.ts'
import type { IsTrusted } from './http/client-address.ts'
import { createHandler } from './http/create-handler.ts'
import { createKeyHasher, type HashKey } from './http/key-hasher.ts'
import type { RouteFamily } from './http/route-family.ts'
import type { Route } from './http/route.ts'
import { createSlidingLimiter } from './http/sliding-limiter.ts'
import { drawInAdvance } from './id/draw-bytes.ts'
import { type RandomBytes, timeUuid } from './id/uuid.ts'
import { createGroupCommit } from './ingest/group-commit.ts'
import { createIngestRoutes } from './ingest/ingest-routes.ts'
import { createTakeAll } from './ingest/take-all.ts'
import type { Log } from './log.ts'
import { createKeyRoutes } from './manage/key-routes.ts'
import { createProjectRoutes } from './manage/project-routes.ts'
import { createMetrics } from './metrics.ts'
import { createOperationRoutes } from './operation-routes.ts'
import { createRandomName } from './random-name.ts'
import { createReportRoutes } from './report/report-routes.ts'
import { createRequestLog } from './request-log.ts'
import { createAllRuleRoutes } from './rules/all-rule-routes.ts'
import { createRuleBook, type RuleBook } from './rules/rule-book.ts'
import { startWorkers, type Workers } from './start-workers.ts'
import type { Eraser } from './store/eraser.ts'
import type { Project, Projects } from './store/registry.ts'
import { rememberAccess } from './store/remember-access.ts'
import type { Store } from './store/store.ts'

export interface AppParts {
  readonly store: Store
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds since any instant; never goes back, whatever is done to the wall clock. */
  readonly monotonicMs: () => number
  readonly randomBytes: RandomBytes
  /** In [0, 1): spreads retries. */
  readonly random: () => number
  /** Where webhooks may be. */
  readonly policy: AddressPolicy
  readonly resolveName: ResolveName
  /** How long deliveries are kept after they ended; `null` for ever. */
  readonly deliveriesKeptMs: number | null
  /** Proxies whose word on where a request came from is taken. */
  readonly isTrusted: IsTrusted
  readonly bodyTimes: BodyTimes
  readonly flatAccess: FlatAccess
  /** The project that the flat API serves; `undefined` while there is none. */
  readonly findFlatProject: (projects: Projects) => Promise<Project | undefined>
}

export interface App {
  readonly handler: RequestListener
  /** Every route of the API with who may call it. */
  readonly routes: readonly Route[]
  /** Reads the rules and begins to deliver. To be awaited before the first request. */
  start(): Promise<Workers>
}

interface KeyedParts extends AppParts {
  readonly hashKey: HashKey
}

const pause = () => wait(RECLAIM_PAUSE_MS)

/** Introduces the rooms to each other and to the store. Listens nowhere and begins nothing. */
export function createApp(given: AppParts): App {
  const parts = remembering(given)
  const { store, now, monotonicMs } = parts
  const requestLog = createRequestLog(parts.log, parts.isTrusted)
  let workers: Workers | undefined
  const metrics = createMetrics({ ...store, inFlight: () => workers?.inFlight() ?? 0, now })
  const ruleBook = createRuleBook()
  const deliveries = createDeliveryPlan(store.webhooks, ruleBook.firing)
  const onDue = () => workers?.wake()
  const submit = createGroupCommit({
    ledger: store.ledger,
    plan: deliveries.plan,
    afterTurn: setImmediate,
    onEnqueued: onDue,
    monotonicMs,
    onCommitted: metrics.commitTook,
  })
  const post = createPostWebhook(parts)
  const eraser = wakingEraser(store.eraser, () => workers?.reclaim())
  const taking = { ...parts, submit, observer: metrics }
  const ingestRoutes = createIngestRoutes(taking)
  const otherRoutes = createOtherRoutes(
    { ...parts, ...store, ruleBook, post, onDue, pause, onChange: deliveries.load },
    eraser,
  )
  const routes: readonly Route[] = [...ingestRoutes, ...otherRoutes]
  const operations = createOperationRoutes(store, metrics)
  const handler = createHandler({
    ...createGate(parts),
    ...requestLog,
    ingestRoutes,
    otherRoutes,
    openRoutes: [...operations, ...createDescribeRoutes(routes, operations)],
    family: createFlat(parts, createTakeAll(taking), eraser.eraseBefore, requestLog.onFailure),
  })
  return {
    handler,
    routes,
    async start() {
      for (const rule of await store.rules.list()) ruleBook.put(rule)
      await deliveries.load()
      workers = startWorkers({ ...parts, metrics, post, eraser, pause, onDisabled: deliveries.load })
      return workers
    },
  }
}

/** All routes but those that take events. */
function createOtherRoutes(
  parts: AppParts & Store & DeliverRouteParts & { readonly ruleBook: RuleBook },
  eraser: Eraser,
): readonly Route[] {
  return [
    ...createReportRoutes(parts),
    ...createUserRoutes(eraser),
    ...createAllRuleRoutes(parts),
    ...createDeliverRoutes(parts),
    ...createKeyRoutes(parts),
    ...createProjectRoutes(parts),
  ]
}

/** What is the same from one request to the next is not looked up, drawn and hashed for each. */
function remembering(given: AppParts): KeyedParts {
  return {
    ...given,
    store: rememberAccess(given.store, process.nextTick),
    randomBytes: drawInAdvance(given.randomBytes),
    hashKey: createKeyHasher(),
  }
}

/** What every request passes, whatever routes it. */
function createGate({ store, hashKey, now, monotonicMs, randomBytes, bodyTimes }: KeyedParts) {
  const limiter = createSlidingLimiter(monotonicMs)
  return {
    ...store,
    hashKey,
    limiter,
    monotonicMs,
    bodyTimes,
    newRequestId: () => timeUuid(now(), randomBytes),
    afterTurn: setImmediate,
  }
}

function createFlat(
  { store, hashKey, flatAccess: access, findFlatProject, random }: KeyedParts,
  take: TakeEvents,
  erase: EraseEvents,
  onFailure: FlatParts['onFailure'],
): RouteFamily {
  return createFlatRoutes({
    ...store,
    hashKey,
    access,
    findProject: () => findFlatProject(store.projects),
    take,
    erase,
    newName: createRandomName(random),
    onFailure,
  })
}
