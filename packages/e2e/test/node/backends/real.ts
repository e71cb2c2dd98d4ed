import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startFaultyProxy, startNodeChild } from '@truecount/testkit'
import type { FaultScript, NodeChild } from '@truecount/testkit'
import type { Backend, Ledger, ServerBooks } from '../backend.ts'
import { TICK } from '../step.ts'

const COMMAND = join(fileURLToPath(import.meta.resolve('@truecount/collector')), '../../bin/truecount.js')
const DAY_MS = 86_400_000

interface Running {
  readonly child: NodeChild
  readonly url: string
}

/** A real `truecount serve` on a real file behind a faulty proxy. Going down kills it; coming back starts it again. */
export async function startRealBackend(faults: FaultScript, folder: string): Promise<Backend> {
  const db = join(folder, 'collector.db')
  let running = await serve(db, '0')
  const secret = await createKey(db, 'secret')
  const key = await createKey(db, 'publishable')
  const proxy = await startFaultyProxy(running.url, faults)
  return {
    endpoint: proxy.url,
    key,
    arrivals: proxy.requests,
    setFaults: (next) => proxy.setFaults(next),
    async goDown() {
      await proxy.goDown()
      await running.child.kill()
    },
    async comeBack() {
      running = await serve(db, new URL(running.url).port)
      await proxy.comeBack()
    },
    readBooks: () => readBooks(running.url, secret),
    async stop() {
      await proxy.stop()
      await running.child.kill()
    },
  }
}

async function serve(db: string, port: string): Promise<Running> {
  const child = startNodeChild(COMMAND, { args: ['serve', '--db', db, '--port', port] })
  const line = await child.waitForLine(/"msg":"listening"/, 20_000)
  return { child, url: (JSON.parse(line) as { url: string }).url }
}

async function createKey(db: string, kind: string): Promise<string> {
  const limits = ['--events-per-minute', '0', '--analytics-per-minute', '0']
  const child = startNodeChild(COMMAND, { args: ['keys', 'create', '--db', db, '--kind', kind, ...limits, '--json'] })
  return (JSON.parse(await child.waitForLine(/"key"/, 20_000)) as { key: string }).key
}

async function readBooks(url: string, secret: string): Promise<ServerBooks> {
  const ask = async (path: string) => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${secret}` } })
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  // A process of a scenario may have a clock that is hours behind.
  const [from, to] = [-DAY_MS, DAY_MS].map((shift) => new Date(Date.now() + shift).toISOString())
  const count = (name: string) => ask(`/api/v1/analytics/events?event_name=${name}&from=${from}&to=${to}`)
  const ticks = await count(TICK)
  const reports = await count('$dropped')
  const delivery = await ask('/api/v1/analytics/delivery')
  return {
    rows: ticks['count'] as number,
    distinct: ticks['unique_users'] as number,
    dropsTold: delivery['dropped_by_reason'] as Record<string, number>,
    ledger: { ...(delivery as unknown as Ledger), reports: reports['count'] as number },
  }
}
