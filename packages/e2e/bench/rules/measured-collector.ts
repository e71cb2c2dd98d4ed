import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'

const COMMAND = join(createRequire(import.meta.url).resolve('@truecount/collector/package.json'), '../bin/truecount.js')
const TICK_MS = 10

/** The built collector in a process of its own, on a new file. */
export interface MeasuredCollector {
  readonly url: string
  readonly secretKey: string
  /** Processor time that it has taken so far. Linux only. */
  cpuMs(): Promise<number>
  stop(): Promise<void>
}

export async function startMeasuredCollector(): Promise<MeasuredCollector> {
  const folder = await mkdtemp(join(tmpdir(), 'truecount-rules-'))
  const dbPath = join(folder, 'truecount.db')
  const child = startNodeChild(COMMAND, { args: ['serve', '--db', dbPath, '--port', '0'] })
  const { url } = JSON.parse(await child.waitForLine(/"listening"/)) as { url: string }
  const keys = startNodeChild(COMMAND, {
    args: ['keys', 'create', '--db', dbPath, '--kind', 'secret', '--events-per-minute', '0', '--json'],
  })
  await keys.exited
  return {
    url,
    secretKey: (JSON.parse(keys.output()) as { key: string }).key,
    async cpuMs() {
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
      const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14)
      return (Number(user) + Number(system)) * TICK_MS
    },
    async stop() {
      await child.kill('SIGTERM')
      await rm(folder, { recursive: true })
    },
  }
}
