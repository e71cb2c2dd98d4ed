import { expect, onTestFinished, test } from 'vitest'
import { BATCH, collector, type Fields } from './client.ts'
import { startCollector } from './start-collector.ts'
import { fresh } from './fresh.ts'

const LINES = 8
const KILLS = 3
const BATCH_EVENTS = 10

/** It kills what it asks, so it starts a collector of its own. */
test('An accepted event is durable before the 2xx leaves: killing the process at any instant loses no acknowledged event', async ({
  skip,
}) => {
  if (collector.dbPath === undefined) return skip('needs a collector that it may kill')
  const { collector: own, killAndRestart, stop } = await startCollector()
  onTestFinished(stop)
  const headers = { authorization: `Bearer ${own.secretKey}`, 'content-type': 'application/json' }
  const event_name = fresh('durable')
  const acknowledged = new Map<string, string>()
  const sent: string[] = []

  /** The verdicts of one batch, or `undefined` where the answer was lost. */
  const send = async (keys: readonly string[]): Promise<readonly Fields[] | undefined> => {
    const body = JSON.stringify(
      keys.map((idempotency_key) => ({ event_name, user_id: idempotency_key, idempotency_key })),
    )
    try {
      const answer = await fetch(own.url + BATCH, { method: 'POST', headers, body })
      return ((await answer.json()) as { results: Fields[] }).results
    } catch {
      return undefined
    }
  }
  const line = async (name: string) => {
    for (let i = 0; ; i++) {
      const keys = Array.from({ length: BATCH_EVENTS }, (_, j) => `${name} ${i} ${j}`)
      sent.push(...keys)
      const results = await send(keys)
      if (results === undefined) return
      keys.forEach((key, j) => acknowledged.set(key, results[j]?.['event_id'] as string))
    }
  }
  for (let kill = 0; kill < KILLS; kill++) {
    const before = acknowledged.size
    const lines = Array.from({ length: LINES }, (_, i) => line(`${kill} ${i}`))
    await expect
      .poll(() => acknowledged.size, { interval: 1, timeout: 30_000 })
      .toBeGreaterThan(before + 300 * (kill + 1))
    await killAndRestart()
    await Promise.all(lines)
  }
  for (let i = 0; i < sent.length; i += BATCH_EVENTS) {
    const keys = sent.slice(i, i + BATCH_EVENTS)
    const results = (await send(keys)) as readonly Fields[]
    keys.forEach((key, j) => {
      const known = acknowledged.get(key)
      const again = results[j] as Fields
      expect(again).toEqual({
        event_id: known ?? again['event_id'],
        status: 'accepted',
        ...(known === undefined && again['duplicate'] === undefined ? {} : { duplicate: true }),
      })
    })
  }
  const answer = await fetch(`${own.url}/api/v1/analytics/events?event_name=${event_name}`, { headers })
  expect(await answer.json()).toMatchObject({ count: sent.length, unique_users: sent.length })
}, 60_000)
