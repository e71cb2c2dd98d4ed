import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../src/app.ts'
import type { Workers } from '../src/start-workers.ts'
import type { ResolveName } from '../src/deliver/vetted-lookup.ts'
import { createAddressPolicy } from '../src/deliver/webhook-address.ts'
import type { KeyKind } from '../src/id/api-key.ts'
import { timeUuid } from '../src/id/uuid.ts'
import type { FlatAccess } from '../src/flat/flat-access.ts'
import { BODY_TIMES, type BodyTimes } from '../src/http/body-times.ts'
import { type AddressList, readAddressList } from '../src/http/address-list.ts'
import type { IsTrusted } from '../src/http/client-address.ts'
import { type ConnectionTimes, createHttpServer } from '../src/http/create-http-server.ts'
import type { Route } from '../src/http/route.ts'
import { type KeyWish, newKey } from '../src/manage/new-key.ts'
import type { Log } from '../src/log.ts'
import { openTestStore } from './open-test-store.ts'
import type { Projects } from '../src/store/registry.ts'
import type { Store } from '../src/store/store.ts'

/** A folder of its own for one test file's databases. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'truecount-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely, and fail where they differ
  readonly body: any
}

export interface TestApp {
  readonly url: string
  readonly server: Server
  readonly dbPath: string
  readonly store: Store
  readonly worker: Workers
  readonly routes: readonly Route[]
  readonly projectId: string
  readonly secretKey: string
  readonly publishableKey: string
  /** Makes another project and returns a key of it. */
  newProject(kind: KeyKind): Promise<{ projectId: string; key: string }>
  get(path: string, key?: string): Promise<Answer>
  post(path: string, body: unknown, key?: string): Promise<Answer>
  stop(): Promise<void>
}

type Limits = Pick<KeyWish, 'eventsPerMinute' | 'analyticsPerMinute'>

const NO_LIMITS: Limits = { eventsPerMinute: 0, analyticsPerMinute: 0 }

export interface TestAppOptions {
  readonly now?: () => number
  readonly monotonicMs?: () => number
  /** Of every key; none if left out. */
  readonly limits?: Limits
  /** Addresses that webhooks may be at although they are not public; loopback if left out. */
  readonly webhookAllow?: readonly string[]
  readonly resolveName?: ResolveName
  /** In [0, 1); always 0 if left out, so that retries come when the schedule says. */
  readonly random?: () => number
  /** For ever if left out. */
  readonly deliveriesKeptMs?: number
  readonly log?: Log
  readonly bodyTimes?: BodyTimes
  readonly isTrusted?: IsTrusted
  readonly connectionTimes?: ConnectionTimes
  /** `loopback` if left out. */
  readonly flatAccess?: FlatAccess
  /** Puts something between the app and its store. */
  readonly wrapStore?: (store: Store) => Store
}

/** The whole collector on a real file and a real socket. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { now = Date.now, monotonicMs = () => performance.now(), limits = NO_LIMITS } = options
  const { webhookAllow = ['127.0.0.0/8', '::1'], wrapStore = (store) => store } = options
  const folder = temporaryFolder()
  const dbPath = join(folder.path, 'test.db')
  const store = await openTestStore(dbPath)
  const { log = () => undefined, bodyTimes = BODY_TIMES, isTrusted = () => false, connectionTimes } = options
  const {
    resolveName = (hostname) => lookup(hostname, { all: true }),
    random = () => 0,
    deliveriesKeptMs = null,
  } = options
  const policy = createAddressPolicy((readAddressList(webhookAllow) as { list: AddressList }).list)
  const webhooks = { policy, resolveName, random, deliveriesKeptMs }
  const { flatAccess = 'loopback' } = options
  const flat = { flatAccess, findFlatProject: ({ first }: Projects) => first() }
  const parts = { ...flat, log, now, monotonicMs, randomBytes, ...webhooks, bodyTimes, isTrusted }
  const app = createApp({ ...parts, store: wrapStore(store) })
  const worker = await app.start()
  const server = createHttpServer(app.handler, connectionTimes).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const projectId = await addProject(store)
  const secretKey = await addKey(store, { projectId, kind: 'secret', ...limits })
  return {
    url,
    server,
    dbPath,
    store,
    worker,
    routes: app.routes,
    projectId,
    secretKey,
    publishableKey: await addKey(store, { projectId, kind: 'publishable', ...limits }),
    async newProject(kind) {
      const id = await addProject(store)
      return { projectId: id, key: await addKey(store, { projectId: id, kind, ...limits }) }
    },
    get: (path, key = secretKey) => answerOf(fetch(url + path, { headers: { authorization: `Bearer ${key}` } })),
    post: (path, body, key = secretKey) =>
      answerOf(
        fetch(url + path, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    async stop() {
      server.close()
      server.closeAllConnections()
      await worker.stop()
      await store.close()
      folder.remove()
    },
  }
}

export async function answerOf(pending: Promise<Response>): Promise<Answer> {
  const response = await pending
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

async function addProject(store: Store): Promise<string> {
  const id = timeUuid(Date.now(), randomBytes)
  await store.projects.create({ id, name: '', allowedOrigins: null, createdAtMs: Date.now() })
  return id
}

async function addKey(store: Store, wish: KeyWish): Promise<string> {
  const { key, record } = newKey(wish, Date.now(), randomBytes)
  await store.apiKeys.create(record)
  return key
}
