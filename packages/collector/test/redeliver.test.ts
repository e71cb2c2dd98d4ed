import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { startDeliveryPruner } from '../src/deliver/delivery-pruner.ts'
import { DAY_MS, HOUR_MS, SECOND_MS, startWebhookTest, status } from './start-webhook-test.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function started() {
  const parts = await startWebhookTest()
  stops.push(parts.stop)
  return parts
}

describe('Sending a range again', () => {
  test('takes what waits and what was given up, or the states named, within the window, each under its own id', async () => {
    const { at, send, settled, script, change, advance, deliveries, sink } = await started()
    await send()
    await settled(1)
    await advance(HOUR_MS)
    script.answer = status(500)
    await send(2)
    await settled(3)
    const [, , old] = await deliveries()
    const from = '2024-01-30T11:00:00Z'
    const again = (body: object) => change('POST', `${at}/redeliver`, body)
    expect((await again({ from: '2024-01-30T10:00:00Z', to: from })).body).toEqual({ redelivered: 0 })
    script.answer = status(204)
    expect(await again({ from })).toMatchObject({ status: 202, body: { redelivered: 2 } })
    await settled(5)
    expect((await deliveries()).map(({ state }: { state: string }) => state)).toEqual([
      'delivered',
      'delivered',
      'delivered',
    ])
    expect((await again({ from: '2024-01-30', to: from, states: ['delivered'] })).body).toEqual({ redelivered: 1 })
    await settled(6)
    const ids = sink.deliveries.map(({ headers }) => headers['webhook-id'])
    expect([new Set(ids).size, ids[0], ids[5]]).toEqual([3, old.id, old.id])
  })

  test('begins the schedule anew', async () => {
    const { at, send, settled, script, change, advance, deliveries } = await started()
    script.answer = status(500)
    await send()
    await settled(1)
    await advance(5 * SECOND_MS)
    await settled(2)
    await change('POST', `${at}/redeliver`, { from: '2024-01-30' })
    await settled(3)
    const [delivery] = await deliveries()
    expect(delivery).toMatchObject({ state: 'waiting', next_attempt_at: '2024-01-30T10:00:10Z' })
    expect(delivery.attempts.map(({ number }: { number: number }) => number)).toEqual([1, 2, 3])
  })

  test('leaves what is under way alone', async () => {
    const { at, send, script, change, sink, proveAwake } = await started()
    script.answer = { kind: 'hang' }
    await send()
    await sink.waitFor((all) => all.length === 1)
    expect((await change('POST', `${at}/redeliver`, { from: '2024-01-30' })).body).toEqual({ redelivered: 0 })
    expect(await proveAwake()).toBe(1)
  })

  test.each([
    [{}, 'from: must be an ISO 8601 date-time'],
    [{ from: 'yesterday' }, 'from: must be an ISO 8601 date-time'],
    [{ from: '2024-01-30', to: 7 }, 'to: must be an ISO 8601 date-time'],
    [{ from: '2024-01-30', states: [] }, 'states: must have 1 to 3 members'],
    [{ from: '2024-01-30', states: ['held'] }, 'states.0: '],
  ])('that is wrong is refused in words: %j', async (body, message) => {
    const { at, change } = await started()
    expect((await change('POST', `${at}/redeliver`, body)).body).toMatchObject({
      error: 'invalid_request',
      message: expect.stringContaining(message),
    })
  })
})

test('Deliveries that are over are deleted after their time; those that wait are kept', async () => {
  const { app, at, send, script, deliveries, change, clock } = await started()
  for (let batch = 0; batch < 3; batch++) await send(100)
  await expect.poll(async () => (await app.store.outbox.backlog()).waiting, { timeout: 10_000 }).toBe(0)
  await clock.advance(DAY_MS)
  script.answer = status(500)
  await send()
  await expect.poll(async () => (await deliveries())[0].attempts.length).toBe(1)
  await change('PATCH', at, { status: 'disabled' })
  await clock.advance(20 * DAY_MS)
  const pruned: number[] = []
  const pruner = startDeliveryPruner({
    deliveryLog: app.store.deliveryLog,
    keptMs: 20 * DAY_MS,
    now: clock.now,
    pause: async () => undefined,
    every: () => () => undefined,
    onPruned: (count) => void pruned.push(count),
    onError: (error) => expect.unreachable(String(error)),
  })
  await expect.poll(() => pruned).toEqual([300])
  await pruner.stop()
  expect(await deliveries()).toMatchObject([{ state: 'held' }])
})

test('Deliveries are listed page by page, and none after one that is gone or of another webhook', async () => {
  const { app, at, sink, send, settled, deliveries } = await started()
  await send(3)
  await settled(3)
  const page = async (before: string, of = at) =>
    (await app.get(`${of}/deliveries?limit=100&before=${before}`)).body.data
  const [first, second, third] = await deliveries()
  expect(await page(first.id)).toEqual([second, third])
  expect(await page(third.id)).toEqual([])
  expect(await page(randomUUID())).toEqual([])
  const { body: other } = await app.post('/api/v1/webhooks', { url: sink.url, events: ['a'] })
  await send()
  expect(await page(first.id, `/api/v1/webhooks/${other.id}`)).toEqual([])
})
