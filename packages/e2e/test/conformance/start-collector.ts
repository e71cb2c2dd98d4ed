import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import type { CollectorUnderTest } from './collector-under-test.ts'

const COMMAND = join(createRequire(import.meta.url).resolve('@truecount/collector/package.json'), '../bin/truecount.js')
const NO_LIMIT = ['--events-per-minute', '0', '--analytics-per-minute', '0']
const START_MS = 30_000

export interface StartedCollector {
  readonly collector: CollectorUnderTest
  /** Kills it as an operating system does, and starts it again on the same file and port. */
  killAndRestart(): Promise<void>
  stop(): Promise<void>
}

/** Starts the built `truecount serve` on a new file in a temporary folder, with keys for two projects. */
export async function startCollector(): Promise<StartedCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-conformance-'))
  const dbPath = join(folder, 'truecount.db')
  const serve = (port: string) => startNodeChild(COMMAND, { args: ['serve', '--db', dbPath, '--port', port] })
  let child = serve('0')
  const firstStart = JSON.parse(await child.waitForLine(/"secret_key"/, START_MS)) as FirstStart
  const { url } = JSON.parse(await child.waitForLine(/"listening"/, START_MS)) as { url: string }
  const [secret, publishable, other] = await Promise.all([
    createKey(dbPath, 'secret'),
    createKey(dbPath, 'publishable'),
    createProject(dbPath).then((projectId) => createKey(dbPath, 'secret', projectId)),
  ])
  return {
    collector: {
      url,
      dbPath,
      secretKey: secret.key,
      publishableKey: publishable.key,
      projectId: secret.project_id,
      limited: { secretKey: firstStart.secret_key, publishableKey: firstStart.publishable_key },
      other: { secretKey: other.key, projectId: other.project_id },
    },
    async killAndRestart() {
      await child.kill('SIGKILL')
      child = serve(new URL(url).port)
      await child.waitForLine(/"listening"/, START_MS)
    },
    async stop() {
      await child.kill('SIGTERM')
      await rm(folder, { recursive: true })
    },
  }
}

interface FirstStart {
  readonly secret_key: string
  readonly publishable_key: string
}

interface CreatedKey {
  readonly key: string
  readonly project_id: string
}

async function createKey(db: string, kind: string, project?: string): Promise<CreatedKey> {
  const choice = project === undefined ? [] : ['--project', project]
  return (await runCommand(['keys', 'create', '--db', db, '--kind', kind, ...choice, ...NO_LIMIT])) as CreatedKey
}

async function createProject(db: string): Promise<string> {
  return ((await runCommand(['projects', 'create', '--db', db])) as { id: string }).id
}

async function runCommand(args: readonly string[]): Promise<unknown> {
  const child = startNodeChild(COMMAND, { args: [...args, '--json'] })
  const { code } = await child.exited
  if (code !== 0) throw new Error(`truecount ${args.join(' ')} ended with ${code}:\n${child.output()}`)
  return JSON.parse(child.output())
}
