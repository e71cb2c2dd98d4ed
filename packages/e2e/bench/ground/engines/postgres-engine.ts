import { chmod, copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ASK_LIMIT_MS, type Engine, type SqlRow } from './engine.ts'
import { openPgPool } from './pg.ts'
import type { PostgresCluster } from './postgres-cluster.ts'

const TABLE = `CREATE TABLE events (
  id bigint PRIMARY KEY, user_id text NOT NULL, name text NOT NULL, ts timestamptz NOT NULL, page text NOT NULL,
  metadata jsonb NOT NULL
)`

const INDEXES = ['(ts, id)', '(user_id, ts, id)', '(name, ts, user_id)']

export async function createPostgresEngine(cluster: PostgresCluster): Promise<Engine> {
  const pool = await openPgPool(cluster.address)
  const run = async (text: string) => (await pool.query({ text, rowMode: 'array' })).rows as readonly SqlRow[]
  await run(`ALTER DATABASE ${cluster.address.database} SET statement_timeout = ${ASK_LIMIT_MS}`)
  return {
    name: `PostgreSQL ${cluster.version}`,
    async load(csvPath) {
      const readable = join(cluster.folder, 'events.csv')
      await copyFile(csvPath, readable)
      await chmod(readable, 0o644)
      await run('DROP TABLE IF EXISTS events')
      await run(TABLE)
      const unlimited = (text: string) => run(`SET statement_timeout = 0; ${text}`)
      await unlimited(`COPY events FROM '${readable}' WITH (FORMAT csv)`)
      for (const columns of INDEXES) await unlimited(`CREATE INDEX ON events ${columns}`)
      await run('VACUUM ANALYZE events')
      await rm(readable)
    },
    async ask(sql) {
      const startMs = performance.now()
      try {
        const results = []
        for (const statement of sql) results.push(await run(statement))
        return { kind: 'answered', ms: performance.now() - startMs, results }
      } catch (error) {
        if ((error as { code?: string }).code === QUERY_CANCELED) return { kind: 'too_slow' }
        throw error
      }
    },
    async stop() {
      await pool.end()
      await cluster.stop()
    },
  }
}

const QUERY_CANCELED = '57014'
