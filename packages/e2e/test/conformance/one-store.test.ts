import { describe, expect, test } from 'vitest'
import { call, EVENTS, type Fields, secret } from './client.ts'
import { analyse } from './count.ts'
import { fresh } from './fresh.ts'

const json = { 'content-type': 'application/json' }

/** The event of a name in the flat list, newest first. */
async function listed(type: string): Promise<Fields | undefined> {
  const { status, text, body } = await call({ method: 'GET', path: '/events?page=1&limit=1000' })
  expect({ status, text }).toMatchObject({ status: 200 })
  return (body['data'] as Fields[]).find((event) => event['type'] === type)
}

describe('Both contracts speak to one store: an event written through one API is visible through the other', () => {
  test('`event_type` of the flat API is `event_name` in v1; an integer `user_id` is stored as its decimal string', async () => {
    const event_type = fresh('flat')
    for (const user_id of [123, '123']) {
      const body = JSON.stringify({ user_id, event_type, metadata: { page: '/home' } })
      const { status, text } = await call({ method: 'POST', path: '/event', headers: json, body })
      expect({ status, text }).toMatchObject({ status: 201 })
    }
    expect(await analyse({ event_name: event_type, period: '1h' })).toMatchObject({ count: 2, unique_users: 1 })
  })

  test('`event_name` of v1 is `type` in the flat API, which prints 2024-01-30T10:00:00+00:00', async () => {
    const event_name = fresh('v1')
    const timestamp = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000).toISOString()
    await secret.post(EVENTS, { event_name, user_id: 'user123', timestamp, metadata: { page: '/home' } })
    expect(await listed(event_name)).toEqual({
      id: expect.any(Number),
      user_id: 'user123',
      type: event_name,
      timestamp: timestamp.replace('.000Z', '+00:00'),
      metadata: { page: '/home' },
    })
  })
})
