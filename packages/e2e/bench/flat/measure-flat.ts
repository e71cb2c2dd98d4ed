import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PostgresCluster, startPostgresCluster } from '../ground/engines/postgres-cluster.ts'
import type { Dataset } from '../ground/events/dataset.ts'
import type { LoadResult } from '../ground/load/load-task.ts'
import { runLoad, warmUp } from '../ground/load/run-load.ts'
import { copyStore } from '../ground/servers/copy-store.ts'
import { fillStore } from '../ground/servers/fill-store.ts'
import { startMeasuredCollector } from '../ground/servers/measured-collector.ts'
import type { MeasuredServer } from '../ground/servers/measured-server.ts'
import { startProgram } from '../ground/servers/start-program.ts'
import { fillPostgresTable } from './postgres-table.ts'
import { type FlatRequest, readRequests, writeRequest } from './requests.ts'
import { expectSameAnswer } from './same-answer.ts'

const POSTGRES_SERVER = fileURLToPath(new URL('postgres-server.ts', import.meta.url))
const CONNECTIONS = 50

export interface FlatWish {
  readonly events: number
  readonly users: number
  readonly seconds: number
  readonly rounds: number
  readonly fillMinutes: number
  /** Whether a request of this name is sent. */
  readonly isChosen: (name: string) => boolean
  /** `undefined` where there is none to compare with. */
  readonly cluster: PostgresCluster | undefined
  readonly say: (line: string) => void
}

export interface FlatRow {
  readonly name: string
  /** A result a round. */
  readonly ours: readonly LoadResult[]
  readonly postgres: readonly LoadResult[]
}

export interface FlatFindings {
  readonly events: number
  readonly users: number
  readonly rows: readonly FlatRow[]
}

/** Both servers over the same events: what is read first, what is written last. */
export async function measureFlat(wish: FlatWish): Promise<FlatFindings> {
  const { users, say } = wish
  const folder = await mkdtemp(join(tmpdir(), 'truecount-flat-'))
  try {
    const dataset: Dataset = { events: wish.events, users, keys: 'sdk', metadata: 'even' }
    const limitSeconds = wish.fillMinutes * 60
    const store = await fillStore({ dataset, dbPath: join(folder, 'events.db'), limitSeconds })
    const filled = { ...dataset, events: store.events }
    say(`Filled with ${store.events} events of ${users} users in ${store.load.seconds.toFixed(0)} s`)
    if (store.events < dataset.events) throw new Error(`Only ${store.events} events within ${wish.fillMinutes} minutes`)
    const synced = await copyStore(store, join(folder, 'synced.db'))
    if (wish.cluster !== undefined) await fillPostgresTable(wish.cluster, filled)
    const ours = await startMeasuredCollector(store)
    const oursSynced = await startMeasuredCollector({ ...synced, durability: 'power' })
    const postgres = wish.cluster && (await startProgram(POSTGRES_SERVER, [JSON.stringify(wish.cluster.address)]))
    try {
      return { events: store.events, users, rows: await measureAll(wish, { ours, oursSynced, postgres }) }
    } finally {
      for (const server of [ours, oursSynced, postgres]) await server?.stop()
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Servers {
  readonly ours: MeasuredServer
  readonly oursSynced: MeasuredServer
  readonly postgres: MeasuredServer | undefined
}

async function measureAll(wish: FlatWish, { ours, oursSynced, postgres }: Servers): Promise<readonly FlatRow[]> {
  const reads = readRequests(wish.events, wish.users).filter(({ name }) => wish.isChosen(name))
  const rows: FlatRow[] = []
  for (const request of reads) {
    const [path] = request.work.kind === 'gets' ? request.work.paths : []
    if (postgres !== undefined) await expectSameAnswer([ours.url, postgres.url], path as string)
    rows.push(await measureRow(wish, request, [ours, postgres]))
  }
  const write = writeRequest(wish.users)
  if (!wish.isChosen(write.name)) return rows
  const posts = [
    await measureRow(wish, { ...write, name: `${write.name}, both synced to the disk` }, [oursSynced, postgres]),
    await measureRow(wish, { ...write, name: `${write.name}, both as they are set by default` }, [ours, postgres]),
  ]
  return [...posts, ...rows]
}

async function measureRow(
  { rounds, seconds, say }: FlatWish,
  { name, work }: FlatRequest,
  [ours, postgres]: readonly [MeasuredServer, MeasuredServer | undefined],
): Promise<FlatRow> {
  const row = { name, ours: [] as LoadResult[], postgres: [] as LoadResult[] }
  const measure = async (server: MeasuredServer, results: LoadResult[]) => {
    const task = { url: server.url, work, connections: CONNECTIONS, seconds }
    await warmUp(task)
    results.push(await runLoad(task))
  }
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) await measure(ours, row.ours)
    if (postgres !== undefined) await measure(postgres, row.postgres)
    if (round % 2 === 1) await measure(ours, row.ours)
    const [a, b] = [row.ours, row.postgres].map((results) => (rateOf(results.at(-1)) ?? 0).toFixed(1))
    say(`${name}, round ${round + 1}: ${a} requests/s, PostgreSQL ${b}`)
  }
  return row
}

export function rateOf(result: LoadResult | undefined): number | undefined {
  return result && result.requests / result.seconds
}

/** Starts PostgreSQL where it is wanted and installed, and says where it is not. */
export async function startWantedCluster(
  isWanted: boolean,
  say: FlatWish['say'],
): Promise<PostgresCluster | undefined> {
  if (!isWanted) return undefined
  const started = await startPostgresCluster()
  if (started.ok) return started.cluster
  say(started.reason)
  return undefined
}
