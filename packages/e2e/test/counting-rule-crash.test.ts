import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StartedCollector, startCollector } from './conformance/start-collector.ts'

const START_MS = Date.parse('2026-01-01T00:00:00Z')

let started: StartedCollector
beforeAll(async () => {
  started = await startCollector()
})
afterAll(() => started.stop())

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const { url, secretKey } = started.collector
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.ok).toBe(true)
  return (await response.json()) as Record<string, unknown>
}

test('Killed after every event, a collector still counts to five, once a window', async () => {
  // Nobody answers there: what counts is what is due.
  const { id: webhookId } = await call('POST', '/api/v1/webhooks', { url: 'http://127.0.0.1:9/', events: [] })
  const { id: ruleId } = await call('POST', '/api/v1/rules', {
    name: 'Five failures',
    conditions: { event_name: 'failed' },
    window: { count: 5, within: '10m', by: 'user_id' },
    actions: [{ type: 'webhook', webhook_id: webhookId }],
  })
  const ids: unknown[] = []
  for (let minute = 0; minute < 7; minute++) {
    const timestamp = new Date(START_MS + minute * 60_000).toISOString()
    const event = { event_name: 'failed', user_id: 'ada', timestamp, idempotency_key: `failure ${minute}` }
    ids.push((await call('POST', '/api/v1/events', event))['event_id'])
    await started.killAndRestart()
    expect((await call('POST', '/api/v1/events', event))['event_id']).toBe(ids[minute])
  }
  const { data } = await call('GET', `/api/v1/webhooks/${webhookId as string}/deliveries`)
  expect((data as { event_id: unknown }[]).map(({ event_id }) => event_id)).toEqual([ids[4]])
  expect((await call('POST', `/api/v1/rules/${ruleId as string}/backtest`, {}))['event_ids']).toEqual([ids[4]])
})
