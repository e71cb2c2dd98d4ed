import { EVENT_NAME } from './case.ts'
import type { MeasuredCollector } from '../ground/servers/measured-collector.ts'

const BATCH_EVENTS = 100
const IN_FLIGHT = 4
const USERS = 1_000

async function post({ url, secretKey }: MeasuredCollector, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

export async function createRules(collector: MeasuredCollector, rules: readonly object[]): Promise<void> {
  const webhook = (await post(collector, '/api/v1/webhooks', { url: 'http://127.0.0.1:9/', events: [] })) as {
    id: string
  }
  const actions = [{ type: 'webhook', webhook_id: webhook.id }]
  await drain(rules.length, (i) => post(collector, '/api/v1/rules', { name: `rule ${i}`, actions, ...rules[i] }))
}

/** Sends so many batches, some at a time. Returns the collector's processor time for an event, in microseconds. */
export async function measureIngest(collector: MeasuredCollector, batches: number): Promise<number> {
  const beforeMs = await collector.cpuMs()
  await drain(batches, () => post(collector, '/api/v1/events/batch', batchOf()))
  return (((await collector.cpuMs()) - beforeMs) * 1_000) / (batches * BATCH_EVENTS)
}

function batchOf(): object[] {
  return Array.from({ length: BATCH_EVENTS }, () => ({
    event_name: EVENT_NAME,
    user_id: `user${Math.floor(Math.random() * USERS)}`,
    timestamp: new Date().toISOString(),
    metadata: { page: '/pricing', amount: Math.floor(Math.random() * 1_000) },
  }))
}

async function drain(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}
