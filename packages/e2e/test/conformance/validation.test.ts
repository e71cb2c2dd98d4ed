import { describe, expect, test } from 'vitest'
import { collector, createClient, EVENTS, secret } from './client.ts'
import { analyse, countOf } from './count.ts'
import { expectError } from './expect-error.ts'
import { fresh } from './fresh.ts'

const KB = 1024

/** Metadata whose JSON has exactly so many bytes, made of `filler`, whose JSON has `fillerBytes`. */
function metadataOf(bytes: number, filler = 'x', fillerBytes = 1): object {
  const room = bytes - '{"a":""}'.length
  return { a: filler.repeat(Math.floor(room / fillerBytes)) + 'x'.repeat(room % fillerBytes) }
}

async function expectRejected(event: object, message = /\S/): Promise<void> {
  const event_name = fresh('rejected')
  const answer = await secret.post(EVENTS, { event_name, ...event })
  expectError(answer, 400, 'invalid_request')
  expect(answer.body['message']).toMatch(message)
  expect(await countOf(event_name)).toBe(0)
}

async function expectAccepted(event: object): Promise<void> {
  const event_name = fresh('accepted')
  const { status, text } = await secret.post(EVENTS, { event_name, ...event })
  expect({ status, text }).toMatchObject({ status: 202 })
  expect(await countOf(event_name)).toBe(1)
}

describe('event_name: required, string, max 100 chars', () => {
  test('required: the error as it is documented', async () => {
    const answer = await secret.post(EVENTS, { user_id: 'u' })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: { error: 'invalid_request', message: 'Event name is required', code: 400 },
    })
  })

  test.each([[''], [null], [1], [true], [['a']], [{ a: 1 }]])('string: %j is none, or empty', async (event_name) => {
    expectError(await secret.post(EVENTS, { event_name }), 400, 'invalid_request')
  })

  test.each([
    ['100 letters', 'a'.repeat(100), 202],
    ['101 letters', 'a'.repeat(101), 400],
    ['100 characters of two UTF-16 units', '😀'.repeat(100), 202],
    ['101 characters of two UTF-16 units', '😀'.repeat(101), 400],
    ['100 characters of two bytes', 'é'.repeat(100), 202],
    ['100 characters: combining marks count', 'e\u0301'.repeat(50), 202],
    ['101 characters: combining marks count', `${'e\u0301'.repeat(50)}x`, 400],
  ])('max 100 chars, which are code points: %s', async (_what, event_name, status) => {
    expect((await secret.post(EVENTS, { event_name })).status).toBe(status)
  })

  test('any characters: the name is counted under exactly that name', async () => {
    for (const beginning of ['Ünï côde 😀', ' space ', 'it\'s 100% "q" & more', '<b>', '$own', '../..', 'new\nline']) {
      const event_name = fresh(beginning)
      expect((await secret.post(EVENTS, { event_name })).status).toBe(202)
      expect(await countOf(event_name)).toBe(1)
      expect(await countOf(event_name.toUpperCase())).toBe(0)
    }
  })
})

describe('user_id: optional, string', () => {
  test('optional', () => expectAccepted({}))

  test.each(['u', 'user123', '', 'ü 😀', 'x'.repeat(1000)])('string: %j', (user_id) => expectAccepted({ user_id }))

  test.each([[1], [1.5], [true], [['u']], [{ id: 'u' }]])('string: %j is none', (user_id) =>
    expectRejected({ user_id }, /user_id/),
  )
})

describe('timestamp: optional, ISO8601, defaults to now', () => {
  test('defaults to now', async () => {
    const event_name = fresh('now')
    await secret.post(EVENTS, { event_name })
    expect((await analyse({ event_name, period: '1m' }))['count']).toBe(1)
    expect(await countOf(event_name)).toBe(1)
  })

  test.each([
    ['yesterday'],
    [''],
    ['01/30/2024'],
    ['30.01.2024'],
    ['Tue, 30 Jan 2024 10:00:00 GMT'],
    ['1706608800'],
    ['2024-01-30T10:00:00 Europe/Zurich'],
    ['2024-01-30T10:00:00Zulu'],
    [' 2024-01-30T10:00:00Z'],
    [1706608800],
    [1706608800000],
    [true],
    [['2024-01-30T10:00:00Z']],
    [{}],
  ])('ISO8601: %j is none', (timestamp) => expectRejected({ timestamp }, /timestamp/))
})

describe('metadata: optional, object, max 10KB', () => {
  test('optional', () => expectAccepted({}))

  test.each([[{}], [{ a: null }], [{ a: { b: [1, 'x', true, null, { c: 1.5e300 }] } }], [{ '': { '': '' } }]])(
    'object: %j',
    (metadata) => expectAccepted({ metadata }),
  )

  test.each([['text'], [1], [true], [[]], [[{ a: 1 }]]])('object: %j is none', (metadata) =>
    expectRejected({ metadata }, /metadata/),
  )

  test.each([
    ['x', 1],
    ['é', 2],
    ['語', 3],
    ['😀', 4],
    ['"', 2],
    ['\u0001', 6],
  ])('max 10KB of UTF-8 JSON, and not a byte more: filled with %j', async (filler, bytes) => {
    await expectAccepted({ metadata: metadataOf(10 * KB, filler, bytes) })
    await expectRejected({ metadata: metadataOf(10 * KB + 1, filler, bytes) }, /metadata/)
  })

  test('max 10KB of many members', async () => {
    const members = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${String(i).padStart(3, '0')}`, 1]))
    const metadata = { ...members, a: '' }
    metadata.a = 'x'.repeat(10 * KB - JSON.stringify(metadata).length)
    await expectAccepted({ metadata })
    await expectRejected({ metadata: { ...metadata, a: `${metadata.a}x` } })
  })
})

describe('idempotency_key: optional, prevents duplicate processing', () => {
  test('optional', () => expectAccepted({}))

  test.each([[1], [true], [[]], [{}]])('string: %j is none', (idempotency_key) =>
    expectRejected({ idempotency_key }, /idempotency_key/),
  )

  test('prevents duplicate processing', async () => {
    const event = { event_name: fresh('once'), idempotency_key: fresh('key') }
    await secret.post(EVENTS, event)
    await secret.post(EVENTS, event)
    expect(await countOf(event.event_name)).toBe(1)
  })
})

describe('An invalid event', () => {
  test.each([[null], [1], ['text'], [true]])('is not an object: %j', async (value) => {
    expectError(await secret.post(EVENTS, value), 400, 'invalid_request')
  })

  test('is not an array: that is a batch', async () => {
    const event_name = fresh('array')
    expectError(await secret.post(EVENTS, [{ event_name }]), 400, 'invalid_request')
    expect(await countOf(event_name)).toBe(0)
  })

  test('claims no idempotency key: set right, it is accepted under that key', async () => {
    const event = { event_name: fresh('right'), idempotency_key: fresh('key') }
    expectError(await secret.post(EVENTS, { ...event, user_id: 1 }), 400)
    const corrected = await secret.post(EVENTS, event)
    expect(corrected.status).toBe(202)
    expect(corrected.headers.get('idempotency-replayed')).toBeNull()
    expect(await countOf(event.event_name)).toBe(1)
  })

  test('is as invalid when a publishable key sends it', async () => {
    expectError(await createClient(collector.publishableKey).post(EVENTS, {}), 400, 'invalid_request')
  })
})
