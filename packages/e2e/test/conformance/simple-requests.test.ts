import { describe, expect, test } from 'vitest'
import { ANALYTICS, BATCH, call, collector, createClient, EVENTS, RULES, secret, WEBHOOKS } from './client.ts'
import { countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh, unknownKey } from './fresh.ts'

const publishable = encodeURIComponent(collector.publishableKey)
const ROUTES = [
  [EVENTS, (event: object) => JSON.stringify(event)],
  [BATCH, (event: object) => JSON.stringify([event])],
] as const

/** What `fetch(url, {method: 'POST', body: text})` and `navigator.sendBeacon(url, text)` send of themselves. */
const simple = { 'content-type': 'text/plain;charset=UTF-8' }

describe('The ingest routes also take Content-Type: text/plain and a publishable key as `?key=`', () => {
  test.each(ROUTES)('as a page sends it: %s', async (path, write) => {
    const event_name = fresh('simple')
    const body = write({ event_name, user_id: 'Zoë' })
    const answer = await call({ method: 'POST', path: `${path}?key=${publishable}`, headers: simple, body })
    expect(answer.status).toBe(202)
    expect(await countOf(event_name)).toBe(1)
  })

  test.each(ROUTES)('text/plain with the key in the header: %s', async (path, write) => {
    const headers = { 'content-type': 'text/plain' }
    for (const key of [collector.publishableKey, collector.secretKey]) {
      expect((await call({ method: 'POST', path, key, headers, body: write({ event_name: 'x' }) })).status).toBe(202)
    }
  })

  test.each(ROUTES)('application/json with the key in the URL: %s', async (path, write) => {
    const headers = { 'content-type': 'application/json' }
    const body = write({ event_name: 'x' })
    expect((await call({ method: 'POST', path: `${path}?key=${publishable}`, headers, body })).status).toBe(202)
  })

  test('the same verdicts and errors as any other request', async () => {
    const path = `${EVENTS}?key=${publishable}`
    const event = JSON.stringify({ event_name: fresh('same'), idempotency_key: fresh('key') })
    const first = await call({ method: 'POST', path, headers: simple, body: event })
    const second = await createClient(collector.publishableKey).post(EVENTS, JSON.parse(event))
    expect(second.body).toEqual(first.body)
    expectError(await call({ method: 'POST', path, headers: simple, body: '{' }), 400, 'invalid_request')
    expectError(await call({ method: 'POST', path, headers: simple, body: '{}' }), 400, 'invalid_request')
    const unknown = `${EVENTS}?key=${encodeURIComponent(unknownKey(collector.publishableKey))}`
    expectError(await call({ method: 'POST', path: unknown, headers: simple, body: event }), 401, 'unauthorized')
    expectError(
      await call({ method: 'POST', path: `${EVENTS}?key=`, headers: simple, body: event }),
      401,
      'unauthorized',
    )
  })
})

describe('Without a CORS preflight', () => {
  test.each(ROUTES)('a page of another origin may read the answer: %s', async (path, write) => {
    const headers = { ...simple, origin: 'https://shop.example' }
    const body = write({ event_name: 'x' })
    const answer = await call({ method: 'POST', path: `${path}?key=${publishable}`, headers, body })
    expect(answer.status).toBe(202)
    expect(['*', 'https://shop.example']).toContain(answer.headers.get('access-control-allow-origin'))
  })
})

describe('Secret keys in a URL are refused', () => {
  test.each(ROUTES)('nothing stored: %s', async (path, write) => {
    const event_name = fresh('secret_in_url')
    const body = write({ event_name })
    const inUrl = `${path}?key=${encodeURIComponent(collector.secretKey)}`
    expectError(await call({ method: 'POST', path: inUrl, headers: simple, body }), 403, 'forbidden')
    const withHeader = { method: 'POST', path: inUrl, key: collector.secretKey, headers: simple, body }
    expect((await call(withHeader)).status).not.toBe(202)
    expect(await countOf(event_name)).toBe(0)
  })

  test('nor do they open any other route', async () => {
    for (const path of [ANALYTICS, WEBHOOKS, RULES]) {
      const { status } = await call({ method: 'GET', path: `${path}?key=${encodeURIComponent(collector.secretKey)}` })
      expect([401, 403]).toContain(status)
    }
  })

  test('the answer does not repeat the key', async () => {
    const path = `${EVENTS}?key=${encodeURIComponent(collector.secretKey)}`
    const { text } = await call({ method: 'POST', path, headers: simple, body: '{}' })
    expect(text).not.toContain(collector.secretKey)
  })
})

describe('On the ingest routes only', () => {
  test('a key in the URL opens no other route', async () => {
    for (const path of [ANALYTICS, WEBHOOKS, RULES]) {
      expectError(await call({ method: 'GET', path: `${path}?key=${publishable}` }), 401, 'unauthorized')
    }
  })

  test('text/plain on another write is 415', async () => {
    const body = JSON.stringify({ url: 'https://api.example.com' })
    for (const path of [WEBHOOKS, RULES]) {
      const answer = await call({ method: 'POST', path, key: collector.secretKey, headers: simple, body })
      expectError(answer, 415, 'unsupported_media_type')
    }
    expect((await secret.get(WEBHOOKS)).status).toBe(200)
  })
})
