import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createApp } from './app.ts'
import { BODY_TIMES } from './http/body-times.ts'
import { readTrustedProxies } from './http/client-address.ts'
import type { Log } from './log.ts'
import { openSqliteStore } from './store/sqlite/open-sqlite-store.ts'
import type { Durability } from './store/store.ts'

const monotonicMs = () => performance.now()

export interface CollectorOptions {
  /** Path of the SQLite file; made if there is none. */
  readonly dbPath: string
  /** `process` (default): an acknowledged event survives the death of the process. `power`: a loss of power too. */
  readonly durability?: Durability
  /** Whether webhooks may be on this machine (default: no). Only while strangers can't reach the collector. */
  readonly allowOwnAddresses?: boolean
  /**
   * IP addresses or subnets (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed (default: none). It says in
   * the log where a request came from, and decides nothing.
   */
  readonly trustedProxies?: readonly string[]
  /** Gets what the operator should know; nothing is logged if left out. */
  readonly log?: Log
}

export interface RunningCollector {
  /**
   * Answers every request it gets, in the contract's error shape where there is nothing to answer. It reads the body
   * itself, so no body parser may come before it.
   *
   * Node: `createServer(handler)`. Express: `app.use(handler)`, or `app.use('/events', handler)` under a path of its own.
   * Koa: `koa.use(async (ctx) => { ctx.respond = false; handler(ctx.req, ctx.res) })`.
   */
  readonly handler: RequestListener
  /** To be called when no request is under way any more. Ends deliveries and closes the file. */
  stop(): Promise<void>
}

export interface Collector {
  /** Opens the file and begins to deliver. Throws `StoreError` when the file can't be used. */
  start(): Promise<RunningCollector>
}

/** A collector to mount in a server of one's own; the command `truecount serve` is this and a port. */
export function createCollector(options: CollectorOptions): Collector {
  const { dbPath, durability = 'process', allowOwnAddresses = false, log = () => undefined } = options
  const proxies = readTrustedProxies(options.trustedProxies ?? [])
  if ('problem' in proxies) throw new TypeError(`trustedProxies: ${proxies.problem} is no IP address and no subnet`)
  return {
    async start() {
      const store = openSqliteStore(dbPath, durability)
      const time = { now: Date.now, monotonicMs, bodyTimes: BODY_TIMES }
      const app = createApp({ store, log, ...time, randomBytes, allowOwnAddresses, isTrusted: proxies.isTrusted })
      const worker = await app.start()
      const answer = app.koa.callback()
      return {
        handler: (request, response) => void answer(request, response),
        async stop() {
          await worker.stop()
          store.close()
        },
      }
    },
  }
}
