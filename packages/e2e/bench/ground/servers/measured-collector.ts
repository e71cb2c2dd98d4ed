import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import type { MeasuredServer } from './measured-server.ts'
import { cpuMsOf, peakMbOf } from './measured-process.ts'

const COMMAND = join(createRequire(import.meta.url).resolve('@truecount/collector/package.json'), '../bin/truecount.js')
/** A file of another version may have to be brought up to date first. */
const START_MS = 600_000
const STOP_MS = 60_000

export interface CollectorWish {
  /** A program that takes `serve` and `keys create` as `truecount` does (default: the built `truecount`). */
  readonly command?: string
  /** Stays when the collector is stopped (default: a new file, which does not). */
  readonly dbPath?: string
  readonly durability?: 'process' | 'power'
  /** Of the database (default: one is made, without limits). */
  readonly secretKey?: string
}

/** A collector in a process of its own. */
export interface MeasuredCollector extends MeasuredServer {
  readonly secretKey: string
  /** From the start of the process until it listened. */
  readonly startMs: number
  /** The most memory that it has had so far, in MB. Linux only. */
  peakMb(): Promise<number>
}

export async function startMeasuredCollector(wish: CollectorWish = {}): Promise<MeasuredCollector> {
  const { command = COMMAND, durability = 'process' } = wish
  const folder = await mkdtemp(join(tmpdir(), 'truecount-bench-'))
  const dbPath = wish.dbPath ?? join(folder, 'truecount.db')
  const begunMs = performance.now()
  const child = startNodeChild(command, {
    args: ['serve', '--db', dbPath, '--port', '0', '--durability', durability],
  })
  const { url } = JSON.parse(await child.waitForLine(/"listening"/, START_MS)) as { url: string }
  const startMs = performance.now() - begunMs
  return {
    url,
    startMs,
    secretKey: wish.secretKey ?? (await createSecretKey(command, dbPath)),
    cpuMs: () => cpuMsOf(child.pid),
    peakMb: () => peakMbOf(child.pid),
    async stop() {
      const cut = setTimeout(() => void child.kill(), STOP_MS)
      await child.kill('SIGTERM')
      clearTimeout(cut)
      await rm(folder, { recursive: true })
    },
  }
}

async function createSecretKey(command: string, dbPath: string): Promise<string> {
  const limits = ['--events-per-minute', '0', '--analytics-per-minute', '0']
  const keys = startNodeChild(command, {
    args: ['keys', 'create', '--db', dbPath, '--kind', 'secret', ...limits, '--json'],
  })
  const { code } = await keys.exited
  if (code !== 0) throw new Error(`keys create ended with ${code}:\n${keys.output()}`)
  return (JSON.parse(keys.output()) as { key: string }).key
}
