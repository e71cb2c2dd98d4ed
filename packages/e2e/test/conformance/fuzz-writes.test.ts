import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { eventish } from './arbitrary-input.ts'
import { BATCH, collector, createClient, EVENTS } from './client.ts'
import { countOf } from './count.ts'
import { expectAlive } from './expect-alive.ts'
import { fresh } from './fresh.ts'

/** Another project's key where there is one: what is made here by chance must not meet other tests' events. */
const key = collector.other?.secretKey ?? collector.secretKey
const client = createClient(key)
const runs = { numRuns: 150 }

afterEach(() => expectAlive(client))

describe('No partial write', () => {
  test('of any batch as many events are stored as verdicts say accepted, and a verdict stands for every event', async () => {
    const event_name = fresh('whole')
    let accepted = 0
    const property = fc.asyncProperty(fc.array(eventish, { minLength: 1, maxLength: 10 }), async (events) => {
      const named = events.map((event) => ({
        ...event,
        ...(typeof event.event_name === 'string' ? { event_name } : {}),
        timestamp: undefined,
      }))
      const { status, body } = await client.post(BATCH, named)
      const results = body['results'] as { status: string; duplicate?: true }[]
      expect(results.length).toBe(events.length)
      const stored = results.filter((result) => result.status === 'accepted')
      expect([body['accepted'], body['rejected']]).toEqual([stored.length, events.length - stored.length])
      expect(status).toBe(stored.length > 0 ? 202 : 400)
      accepted += stored.filter(({ duplicate }) => duplicate !== true).length
      expect(await countOf(event_name, client)).toBe(accepted)
    })
    await fc.assert(property, runs)
  })

  test('of an event that is refused nothing is stored; of one that is accepted, one', async () => {
    const property = fc.asyncProperty(eventish, async (event) => {
      const event_name = fresh('one')
      const { status } = await client.post(EVENTS, {
        ...event,
        event_name,
        timestamp: undefined,
        idempotency_key: undefined,
      })
      expect(await countOf(event_name, client)).toBe(status === 202 ? 1 : 0)
    })
    await fc.assert(property, runs)
  })
})
