import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { ASK_LIMIT_MS, type Asked, type Engine } from './engine.ts'
import type { LibraryAnswer, LibraryName } from './library.ts'

const PROGRAM = fileURLToPath(new URL('library-process.ts', import.meta.url))
const LOAD_LIMIT_MS = 1_800_000

const TABLES: Readonly<Record<LibraryName, { readonly title: string; readonly load: (csv: string) => string[] }>> = {
  duckdb: {
    title: 'DuckDB',
    load: (csv) => [
      'DROP TABLE IF EXISTS events',
      `CREATE TABLE events AS SELECT * FROM read_csv('${csv}', header = false, quote = '"', escape = '"', columns = {
        'id': 'BIGINT', 'user_id': 'VARCHAR', 'name': 'VARCHAR', 'ts': 'TIMESTAMP', 'page': 'VARCHAR', 'metadata': 'VARCHAR'
      })`,
      'CHECKPOINT',
    ],
  },
  chdb: {
    title: 'chDB',
    load: (csv) => [
      'DROP TABLE IF EXISTS events',
      `CREATE TABLE events (
        id UInt64, user_id String, name LowCardinality(String), ts DateTime64(3, 'UTC'), page LowCardinality(String),
        metadata String
      ) ENGINE = MergeTree ORDER BY (name, ts)`,
      `INSERT INTO events SELECT * FROM file('${csv}', CSV, 'id UInt64, user_id String, name String, ts DateTime64(3, \\'UTC\\'),
        page String, metadata String') SETTINGS date_time_input_format = 'best_effort'`,
      'OPTIMIZE TABLE events FINAL',
    ],
  },
}

/** A database that lives inside a process: one of its own, so that its memory and its threads are. */
export async function createLibraryEngine(library: LibraryName): Promise<Engine> {
  const { title, load } = TABLES[library]
  const folder = await mkdtemp(join(tmpdir(), `truecount-${library}-`))
  const child = fork(PROGRAM, [library, join(folder, 'data')], { serialization: 'advanced' })
  const exited = once(child, 'exit')
  const [version] = await nextMessage<string>()

  function nextMessage<T>(): Promise<[T]> {
    const ended = exited.then(([code]) => Promise.reject(new Error(`${title} ended with ${String(code)}`)))
    return Promise.race([once(child, 'message') as Promise<[T]>, ended])
  }

  async function ask(sql: readonly string[], limitMs: number): Promise<Asked> {
    if (!child.connected) return { kind: 'too_slow' }
    child.send(sql)
    const timer = new AbortController()
    const late = delay(limitMs, 'late' as const, { signal: timer.signal, ref: false })
    const answer = await Promise.race([nextMessage<LibraryAnswer>(), late])
    if (answer === 'late') {
      child.kill('SIGKILL')
      await exited
      return { kind: 'too_slow' }
    }
    late.catch(() => undefined)
    timer.abort()
    if ('problem' in answer[0]) throw new Error(`${title}: ${answer[0].problem}`)
    return { kind: 'answered', ...answer[0] }
  }

  return {
    name: `${title} ${version}`,
    async load(csvPath) {
      const loaded = await ask(load(csvPath), LOAD_LIMIT_MS)
      if (loaded.kind === 'too_slow') throw new Error(`${title} did not load within ${LOAD_LIMIT_MS / 60_000} minutes`)
    },
    ask: (sql) => ask(sql, ASK_LIMIT_MS),
    async stop() {
      child.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
