import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, EVENTS, RULES, secret } from './client.ts'
import { fresh } from './fresh.ts'
import { type Receiver, startReceiver } from './receiver.ts'

/** What a condition is about, the condition, and whether {@link EVENT} matches it. */
export type ConditionCase = readonly [section: string, conditions: object, matches: boolean]

/** The event that all conditions are asked about. */
export const EVENT = {
  event_name: fresh('operators'),
  user_id: 'user123',
  timestamp: '2024-01-30T10:00:00.500Z',
  metadata: {
    amount: 501,
    ratio: 2.5,
    zero: 0,
    text: 'Pro plan\nsecond line',
    empty: '',
    yes: true,
    no: false,
    nothing: null,
    tags: ['a', 'b', 'c'],
    one: [1],
    none: [],
    numbers: [3, 8, 15],
    mixed: [1, 'a', null],
    lines: [
      { sku: 'x', qty: 2 },
      { sku: 'y', qty: 9 },
    ],
    address: { city: 'Zürich', zip: 8000 },
    matrix: [
      [1, 2],
      [3, 4],
    ],
  },
}

/**
 * A test a case. Each has a webhook and a rule of its own; all see the event, then a last one, by which the way is
 * known to be open for what must not come.
 */
export function testConditions(cases: readonly ConditionCase[]): void {
  const last = fresh('last')
  const created: Answer[] = []
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver()
    for (const [i, [name, conditions]] of cases.entries()) {
      const { id: webhook_id } = await receiver.subscribe(`/${i}`, [last])
      const mine = { $and: [{ event_name: EVENT.event_name }, conditions] }
      created.push(await secret.post(RULES, { name, conditions: mine, actions: [{ type: 'webhook', webhook_id }] }))
    }
    expect((await secret.post(EVENTS, EVENT)).status).toBe(202)
    const expected = cases.filter((one, i) => one[2] && created[i]?.status === 201).length
    await receiver.waitFor((all) => all.length >= expected).catch(() => undefined)
    expect((await secret.post(EVENTS, { event_name: last })).status).toBe(202)
    await receiver.waitFor((all) => all.filter(({ payload }) => payload['event_name'] === last).length === cases.length)
  })

  afterAll(async () => {
    for (const { status, body } of created) if (status === 201) await secret.delete(`${RULES}/${body['id'] as string}`)
    await receiver[Symbol.asyncDispose]()
  })

  test.each(cases.map((one, i) => [...one, i] as const))('%s: %j: %s', (_section, _conditions, matches, i) => {
    const { status, text } = created[i] as Answer
    expect({ status, text }).toMatchObject({ status: 201 })
    const came = receiver.received().filter(({ path, payload }) => path === `/${i}` && payload['event_name'] !== last)
    expect(came.length).toBe(matches ? 1 : 0)
  })
}
