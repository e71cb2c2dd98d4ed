import { describe, expect, test } from 'vitest'
import { call, collector, type Answer } from './client.ts'

const json = { 'content-type': 'application/json' }
const key = collector.secretKey
const get = (path: string): Promise<Answer> => call({ method: 'GET', path, key })
const post = (path: string, body: string): Promise<Answer> => call({ method: 'POST', path, key, headers: json, body })

const PRINTED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/
const LISTED = {
  id: expect.any(Number),
  user_id: expect.toSatisfy((id) => id === null || typeof id === 'string'),
  type: expect.any(String),
  timestamp: expect.stringMatching(PRINTED_TIME),
  metadata: expect.any(Object),
}

describe('Each documented example request is answered in its documented shape', () => {
  test('POST /event', async () => {
    const { status, body } = await post(
      '/event',
      `{
  "user_id": 123,
  "event_type": "click",
  "timestamp": "2025-05-28T12:34:56Z",
  "metadata": {
    "page": "/home",
    "button": "cta"
  }
}`,
    )
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      user_id: '123',
      type: 'click',
      timestamp: '2025-05-28T12:34:56+00:00',
      metadata: { page: '/home', button: 'cta' },
    })
    expect(body['id']).toBeGreaterThan(0)
  })

  test('POST /events', async () => {
    const { status, body } = await post(
      '/events',
      `[
  {
    "user_id": 8,
    "event_type": "page_view",
    "timestamp": "2025-06-08T10:30:00Z",
    "metadata": {
      "page": "/dashboard",
      "referrer": "https://google.com"
    }
  },
  {
    "user_id": 9,
    "event_type": "page_view",
    "timestamp": "2025-06-08T10:30:00Z",
    "metadata": {
      "page": "/main",
      "referrer": "https://ya.ru"
    }
  }
]`,
    )
    expect([status, body]).toEqual([201, { data: 'queued' }])
  })

  test.each(['/events?page=1&limit=100', '/events/total'])('GET %s', async (path) => {
    const { status, body } = await get(path)
    expect(status).toBe(200)
    expect(body).toEqual({
      data: expect.any(Array),
      query: { page: 1, limit: 100, total: expect.any(Number) },
    })
    for (const event of body['data'] as unknown[]) expect(event).toEqual(LISTED)
  })

  test('POST /users', async () => {
    const { status, body } = await call({ method: 'POST', path: '/users', key })
    expect(status).toBe(201)
    expect(body).toEqual({ data: { id: expect.any(Number), name: expect.stringMatching(/^\S+ \S.*$/) } })
  })

  test('GET /users/events?user_id=123&limit=1000', async () => {
    const { status, body } = await get('/users/events?user_id=123&limit=1000')
    expect(status).toBe(200)
    const { user_id: _user, ...shape } = LISTED
    for (const event of body['data'] as unknown[]) expect(event).toEqual(shape)
    expect(body['query']).toEqual({ page: 1, limit: 1000, total: expect.any(Number) })
  })

  test('GET /stats?from=2025-01-01T00:00:00Z&to=2025-12-31T23:59:59Z&type=click&limit=5', async () => {
    const { status, body } = await get('/stats?from=2025-01-01T00:00:00Z&to=2025-12-31T23:59:59Z&type=click&limit=5')
    expect(status).toBe(200)
    expect(body).toEqual({
      data: { total_events: expect.any(Number), unique_users: expect.any(Number), top_pages: expect.any(Object) },
      query: { from: '2025-01-01 00:00:00', to: '2025-12-31 23:59:59', type: 'click', limit: '5' },
    })
  })

  test('GET /clear_cache', async () => {
    const { status, body } = await get('/clear_cache')
    expect([status, body]).toEqual([200, { data: 'Ok' }])
  })

  test('DELETE /events?before=2025-01-01T00:00:00Z', async () => {
    const { status, body } = await call({ method: 'DELETE', path: '/events?before=1900-01-01T00:00:00Z', key })
    expect([status, body]).toEqual([200, { data: { deleted_events: expect.any(Number) } }])
  })
})
