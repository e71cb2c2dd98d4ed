import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { once } from 'node:events'
import { type Config, type ConfigOutcome, resolveConfig } from '../config.ts'
import { createCollector } from '../create-collector.ts'
import type { FlatAccess } from '../flat/flat-access.ts'
import { createHttpServer } from '../http/create-http-server.ts'
import { createJsonLog, type Log } from '../log.ts'
import { claimDatabase } from '../store/sqlite/claim-database.ts'
import { openStore } from '../store/blocks/open-store.ts'
import { createStoreLog } from '../store-log.ts'
import type { Store } from '../store/store.ts'
import type { Flags } from './flags.ts'
import { addKey } from './keys.ts'
import { addProject } from './projects.ts'
import { EXIT, type ExitCode, type Terminal } from './terminal.ts'

/** How long requests that are under way may take to finish once the process was asked to end. */
const GRACE_MS = 5_000

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/
const LOOPBACK_SUBNETS = ['127.0.0.0/8', '::1']

/** `truecount serve`: runs until the process is asked to end, then finishes what is under way. */
export async function serve(flags: Flags, terminal: Terminal): Promise<ExitCode> {
  const resolved = await readConfig(flags, terminal)
  if (!resolved.ok) {
    terminal.err(`${resolved.problems.join('\n')}\n`)
    return EXIT.usage
  }
  if (flags['print-config'] === true) {
    terminal.out(`${JSON.stringify(resolved.config, null, 2)}\n`)
    return EXIT.ok
  }
  return run(resolved.config, terminal)
}

async function readConfig(flags: Flags, { environment }: Terminal): Promise<ConfigOutcome> {
  const path = flags['config'] ?? environment['TRUECOUNT_CONFIG']
  const texts = flags as Readonly<Record<string, string | undefined>>
  if (path === undefined) return resolveConfig({ flags: texts, environment, file: undefined })
  try {
    return resolveConfig({ flags: texts, environment, file: await readFile(String(path), 'utf8') })
  } catch (error) {
    return { ok: false, problems: [`Cannot read the configuration file: ${(error as Error).message}`] }
  }
}

async function run(config: Config, { out, err, ending }: Terminal): Promise<ExitCode> {
  const { db, port, host, durability, trustedProxies, webhookRetention: webhookRetentionDays, logLevel } = config
  const { reportMemory: reportMemoryMb } = config
  const log = createJsonLog(out, Date.now, logLevel)
  // Whatever else is logged: nobody could ever see them again.
  const tell = createJsonLog(out, Date.now, 'info')
  await makeFirstProject(db, log, (facts) => tell('info', 'first start: these keys are shown only now', facts))
  // Behind a proxy strangers reach the collector, wherever it listens.
  const isPrivate = LOOPBACK.test(host) && trustedProxies.length === 0
  const webhookAllow = isPrivate ? [...config.webhookAllow, ...LOOPBACK_SUBNETS] : config.webhookAllow
  const webhooks = { webhookAllow, webhookRetentionDays }
  const flatApi = config.flatApi === 'open' ? 'open' : isPrivate ? 'loopback' : 'key'
  const flat = { flatApi, ...(config.flatProject === '' ? {} : { flatProject: config.flatProject }) } as const
  const collector = createCollector({
    dbPath: db,
    durability,
    trustedProxies,
    ...webhooks,
    ...flat,
    reportMemoryMb,
    log,
  })
  const { handler, stop } = await collector.start()
  const server = createHttpServer(handler)
  const problem = await listen(server, port, host)
  if (problem === undefined) {
    tellFlatAccess(log, flatApi, isPrivate)
    log('info', 'listening', { url: urlOf(server), db, durability })
    if (!ending.aborted) await once(ending, 'abort')
    await close(server)
  } else {
    err(`Cannot listen on ${host} port ${port}: ${problem}\n`)
  }
  await stop()
  if (problem === undefined) log('info', 'stopped')
  return problem === undefined ? EXIT.ok : EXIT.failed
}

const FLAT_ACCESS: Readonly<Record<FlatAccess, string>> = {
  open: 'anybody who reaches this collector, without a key',
  loopback: 'anybody on this machine, without a key',
  key: 'who has a secret key; --flat-api open opens it',
}

/** Says who may read, write and delete all events of a project. */
function tellFlatAccess(log: Log, access: FlatAccess, isPrivate: boolean): void {
  const isExposed = access === 'open' && !isPrivate
  log(isExposed ? 'warn' : 'info', 'flat API', { access, open_to: FLAT_ACCESS[access] })
}

async function makeFirstProject(
  db: string,
  log: Log,
  show: (facts: Readonly<Record<string, string>>) => void,
): Promise<void> {
  // Opening brings the tables up to date, which must not happen below a collector that runs.
  const claim = claimDatabase(db)
  try {
    await makeProject(await openStore(db, 'process', createStoreLog(log)), show)
  } finally {
    claim.release()
  }
}

async function makeProject(store: Store, show: (facts: Readonly<Record<string, string>>) => void): Promise<void> {
  try {
    if ((await store.projects.first()) !== undefined) return
    const { id: projectId } = await addProject(store, '')
    const limits = { eventsPerMinute: null, analyticsPerMinute: null }
    const publishable = await addKey(store, { kind: 'publishable', projectId, ...limits })
    const secret = await addKey(store, { kind: 'secret', projectId, ...limits })
    show({ project_id: projectId, publishable_key: publishable.key, secret_key: secret.key })
  } finally {
    await store.close()
  }
}

/** Resolves with what prevented it, or `undefined` when the server listens. */
function listen(server: Server, port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(error.message))
    server.listen(port, host, () => resolve(undefined))
  })
}

function urlOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`
}

/** Takes no new connection, lets requests under way be answered, and cuts what is left after the grace. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.on('request', (_request, response) => (response.shouldKeepAlive = false))
  const sweep = setInterval(() => server.closeIdleConnections(), 20)
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}
