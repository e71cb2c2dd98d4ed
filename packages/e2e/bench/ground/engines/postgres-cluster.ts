import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { PgAddress } from './pg.ts'

const run = promisify(execFile)

/** Where Debian's package has the programs. */
const PROGRAMS = process.env['POSTGRES_PROGRAMS'] ?? '/usr/lib/postgresql/15/bin'
const START_MS = 60_000
const MAX_BUFFERS_MB = 4096

/** What is not the default: memory for the data, and checkpoints that do not interrupt loading. */
const SETTINGS = [
  'timezone=UTC',
  'max_wal_size=8GB',
  'work_mem=64MB',
  'maintenance_work_mem=1GB',
  `shared_buffers=${Math.min(MAX_BUFFERS_MB, Math.floor(totalmem() / 2 ** 20 / 4))}MB`,
]

export interface PostgresCluster {
  readonly address: PgAddress
  readonly version: string
  /** A folder that the server can read files in. */
  readonly folder: string
  stop(): Promise<void>
}

export type StartedCluster =
  | { readonly ok: true; readonly cluster: PostgresCluster }
  | { readonly ok: false; readonly reason: string }

/** Starts a new cluster on loopback, as another user where we are root: PostgreSQL refuses to be. */
export async function startPostgresCluster(): Promise<StartedCluster> {
  if (!existsSync(join(PROGRAMS, 'initdb'))) {
    return { ok: false, reason: `PostgreSQL is missing (${PROGRAMS}; apt-get install postgresql-15)` }
  }
  const folder = await mkdtemp(join(tmpdir(), 'truecount-postgres-'))
  const owner = process.getuid?.() === 0 ? await ownerOf('postgres') : undefined
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const initial = ['--auth=trust', '--username=bench', '--encoding=UTF8', '--locale=C', '--no-sync']
  await run(join(PROGRAMS, 'initdb'), ['--pgdata', data, ...initial], { ...owner, cwd: folder })
  const port = await freePort()
  const listening = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=']
  const child = spawn(
    join(PROGRAMS, 'postgres'),
    ['-D', data, ...[...listening, ...SETTINGS].flatMap((setting) => ['-c', setting])],
    { ...owner, cwd: folder, stdio: 'ignore' },
  )
  const exited = once(child, 'exit')
  await untilReady(port)
  const { stdout } = await run(join(PROGRAMS, 'postgres'), ['--version'])
  return {
    ok: true,
    cluster: {
      address: { host: '127.0.0.1', port, user: 'bench', database: 'postgres' },
      version: /\) ([\d.]+)/.exec(stdout)?.[1] ?? stdout.trim(),
      folder,
      async stop() {
        child.kill('SIGINT')
        await exited
        await rm(folder, { recursive: true })
      },
    },
  }
}

async function ownerOf(user: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const idOf = async (flag: string) => Number((await run('id', [flag, user])).stdout)
  return { uid: await idOf('-u'), gid: await idOf('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilReady(port: number): Promise<void> {
  const end = performance.now() + START_MS
  const isReady = () =>
    run(join(PROGRAMS, 'pg_isready'), ['--host', '127.0.0.1', '--port', String(port)]).then(
      () => true,
      () => false,
    )
  while (!(await isReady())) {
    if (performance.now() > end) throw new Error(`PostgreSQL was not ready within ${START_MS / 1000} s`)
    await delay(100)
  }
}
