import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createApp } from '../../src/app.ts'
import { addKey } from '../../src/cli/keys.ts'
import { addProject } from '../../src/cli/projects.ts'
import { createAddressPolicy } from '../../src/deliver/webhook-address.ts'
import { readAddressList } from '../../src/http/address-list.ts'
import { BODY_TIMES } from '../../src/http/body-times.ts'
import { createHttpServer } from '../../src/http/create-http-server.ts'
import type { Durability, Store } from '../../src/store/store.ts'
import { openRowStore } from './open-row-store.ts'

/**
 * A collector on plain rows, for benchmarks to stand beside: `serve --db PATH --port N --durability process|power` and
 * `keys create --db PATH --kind secret`, which print what those commands of `truecount` print.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: { db: { type: 'string' }, port: { type: 'string' }, durability: { type: 'string' } },
})

const store = openRowStore(String(values['db']), (values['durability'] ?? 'process') as Durability)
if (positionals[0] === 'keys') await printKey(store)
else await serve(store)

async function printKey(keys: Store): Promise<void> {
  const { id: projectId } = (await keys.projects.first()) ?? (await addProject(keys, ''))
  const wish = { kind: 'secret', projectId, eventsPerMinute: 0, analyticsPerMinute: 0 } as const
  console.log(JSON.stringify({ ...(await addKey(keys, wish)), kind: wish.kind, project_id: projectId }))
  await keys.close()
}

async function serve(rows: Store): Promise<void> {
  if ((await rows.projects.first()) === undefined) await addProject(rows, '')
  const none = readAddressList([])
  if ('problem' in none) throw new Error(none.problem)
  const app = createApp({
    store: rows,
    log: () => undefined,
    now: Date.now,
    monotonicMs: () => performance.now(),
    randomBytes,
    random: Math.random,
    policy: createAddressPolicy(none.list),
    resolveName: (hostname) => lookup(hostname, { all: true }),
    deliveriesKeptMs: null,
    isTrusted: () => false,
    bodyTimes: BODY_TIMES,
    flatAccess: 'loopback',
    findFlatProject: rows.projects.first,
  })
  const workers = await app.start()
  const server = createHttpServer(app.handler).listen(Number(values['port']), '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  console.log(JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${port}` }))
  process.once('SIGTERM', () => {
    server.close()
    server.closeAllConnections()
    void workers.stop().then(() => rows.close())
  })
}
