import { randomBytes } from 'node:crypto'
import { lookup, Resolver } from 'node:dns/promises'
import { existsSync, readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { type App, type AppParts, createApp } from './app.ts'
import { createNameResolver } from './deliver/name-resolver.ts'
import { createAddressPolicy } from './deliver/webhook-address.ts'
import type { FlatAccess } from './flat/flat-access.ts'
import { BODY_TIMES } from './http/body-times.ts'
import { type AddressList, readAddressList } from './http/address-list.ts'
import type { Log } from './log.ts'
import { claimDatabase } from './store/sqlite/claim-database.ts'
import { openStore } from './store/blocks/open-store.ts'
import { createStoreLog } from './store-log.ts'
import { StoreError } from './store/store-error.ts'
import type { Durability, Store } from './store/store.ts'

const DAY_MS = 86_400_000

const monotonicMs = () => performance.now()
const NO_LOG: Log = Object.assign(() => undefined, { least: 'error' } as const)

/** All tries together are shorter than an attempt, so that it is recorded that the name was the trouble. */
const DNS = { timeout: 2_000, tries: 2 }
const HOSTS_FILE = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

const resolveName = createNameResolver({
  readHosts: () => (existsSync(HOSTS_FILE) ? readFileSync(HOSTS_FILE, 'utf8') : ''),
  newResolver: () => new Resolver(DNS),
  lookup: (hostname) => lookup(hostname, { all: true }),
})

export interface CollectorOptions {
  /** Path of the SQLite file; made if there is none. */
  readonly dbPath: string
  /** `process` (default): an acknowledged event survives the death of the process. `power`: a loss of power too. */
  readonly durability?: Durability
  /**
   * IP addresses and subnets (`10.0.0.0/8`) that webhooks may be at although they are not public (default: none).
   * Loopback (`127.0.0.0/8`, `::1`) only while strangers can't reach the collector. Metadata services stay forbidden.
   */
  readonly webhookAllow?: readonly string[]
  /** Days that a delivery is kept after it ended (default: 30); `null` keeps them for ever. */
  readonly webhookRetentionDays?: number | null
  /**
   * IP addresses or subnets (`10.0.0.0/8`) of proxies whose `X-Forwarded-For` is believed (default: none). It says in
   * the log where a request came from, and decides nothing.
   */
  readonly trustedProxies?: readonly string[]
  /**
   * Who may call the flat API (`/event`, `/events`, …). `key` (default): who has a secret key of its project. `open`: anybody who
   * reaches it. `loopback`: anybody who calls this machine by a name of loopback, others with a key; only for a server that
   * strangers can't reach.
   */
  readonly flatApi?: FlatAccess
  /** Id of the project that the flat API serves (default: the first that was made). */
  readonly flatProject?: string
  /** Megabytes of columns that are kept for the next report (default: 192); what is not kept is read again. */
  readonly reportMemoryMb?: number
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
  /** Opens the file and begins to deliver. Throws `StoreError` when the file can't be used, or another collector has it. */
  start(): Promise<RunningCollector>
}

/** A collector to mount in a server of one's own; the command `truecount serve` is this and a port. */
export function createCollector(options: CollectorOptions): Collector {
  const { dbPath, durability = 'process', log = NO_LOG, webhookRetentionDays = 30, reportMemoryMb } = options
  const proxies = addressesOf('trustedProxies', options.trustedProxies)
  const policy = createAddressPolicy(addressesOf('webhookAllow', options.webhookAllow))
  const deliveriesKeptMs = webhookRetentionDays === null ? null : webhookRetentionDays * DAY_MS
  const { flatApi: flatAccess = 'key', flatProject } = options
  return {
    async start() {
      const claim = claimDatabase(dbPath)
      const wanted = { dbPath, durability, flatProject, reportMemoryMb, log }
      const { store, findFlatProject } = await open(wanted).catch((error: unknown) => {
        claim.release()
        throw error
      })
      const time = { now: Date.now, monotonicMs, bodyTimes: BODY_TIMES }
      const chance = { randomBytes, random: Math.random }
      const webhooks = { policy, resolveName, deliveriesKeptMs }
      const flat = { flatAccess, findFlatProject }
      const app = createApp({ store, log, ...time, ...chance, ...webhooks, ...flat, isTrusted: proxies.has })
      const worker = await startOn(store, app.start).catch(async (error: unknown) => {
        await store.close()
        claim.release()
        throw error
      })
      return {
        handler: app.handler,
        async stop() {
          await worker.stop()
          await store.close()
          claim.release()
        },
      }
    },
  }
}

/** Nothing works yet where this fails. */
async function startOn(store: Store, start: App['start']): ReturnType<App['start']> {
  // Takes the file over now rather than with the first event.
  await store.ledger.ingest([], () => [])
  return start()
}

interface Wanted {
  readonly dbPath: string
  readonly reportMemoryMb: number | undefined
  readonly durability: Durability
  readonly flatProject: string | undefined
  readonly log: Log
}

interface Opened {
  readonly store: Store
  readonly findFlatProject: AppParts['findFlatProject']
}

/** Rejects with `StoreError` (`unusable`) also for a project that is named and does not exist. */
async function open({ dbPath, durability, flatProject: named, reportMemoryMb, log }: Wanted): Promise<Opened> {
  const store = await openStore(dbPath, durability, createStoreLog(log), reportMemoryMb)
  if (named === undefined) return { store, findFlatProject: (projects) => projects.first() }
  const id = named.toLowerCase()
  if ((await store.projects.find(id)) !== undefined) return { store, findFlatProject: (projects) => projects.find(id) }
  await store.close()
  throw new StoreError('unusable', `flatProject: there is no project ${named} in this database`)
}

function addressesOf(option: string, entries: readonly string[] = []): AddressList {
  const read = readAddressList(entries)
  if ('problem' in read) throw new TypeError(`${option}: ${read.problem} is no IP address and no subnet`)
  return read.list
}
