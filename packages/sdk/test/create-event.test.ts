import { validateEvent } from '@truecount/protocol/schema'
import { describe, expect, test } from 'vitest'
import { utf8Bytes } from '@truecount/protocol'
import { createEvent } from '../src/capture/create-event.ts'
import { errorText } from '../src/error-text.ts'
import type { OutgoingEvent } from '../src/options.ts'

const NOW = Date.UTC(2024, 0, 30, 10)
const KEY = 'tc1.AAAAAAAAAAAAAAAA.1'

const create = (part: { [Member in keyof OutgoingEvent]?: unknown }, key: unknown = KEY) =>
  createEvent(
    { event_name: 'e', user_id: undefined, timestamp: NOW, metadata: undefined, ...part } as OutgoingEvent,
    key as string,
    utf8Bytes,
  )

function kept(part: Parameters<typeof create>[0]): Record<string, unknown> {
  const created = create(part)
  const event = JSON.parse(created.json) as Record<string, unknown>
  expect(validateEvent(event)).toMatchObject({ ok: true })
  expect(created.bytes).toBe(Buffer.byteLength(created.json))
  return event
}

function refusal(part: Parameters<typeof create>[0], key?: unknown): string {
  let created
  try {
    created = create(part, key)
  } catch (cause) {
    return errorText(cause)
  }
  throw new Error(`kept ${created.json.slice(0, 200)}`)
}

/** An object whose JSON has exactly `bytes` bytes. */
const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })

const circular: Record<string, unknown> = {}
circular['self'] = circular
const evil = Object.create(null) as object

describe('an event is kept as it was given', () => {
  test('with its key, its time and every member of its metadata', () => {
    const metadata = { plan: 'pro', nested: { list: [1, null, 'ü😀'] }, __proto__x: 1 }
    expect(kept({ event_name: 'signup', user_id: 'u1', metadata })).toEqual({
      event_name: 'signup',
      user_id: 'u1',
      timestamp: '2024-01-30T10:00:00.000Z',
      idempotency_key: KEY,
      metadata,
    })
  })

  test.each([
    ['a Date', new Date(NOW), '2024-01-30T10:00:00.000Z'],
    ['milliseconds', NOW + 1, '2024-01-30T10:00:00.001Z'],
    ["the caller's own text", '2024-01-30T12:00:00+02:00', '2024-01-30T12:00:00+02:00'],
    ['the first instant of the contract', Date.UTC(-1, 12), '0000-01-01T00:00:00.000Z'],
    ['the last instant of the contract', Date.UTC(9999, 11, 31, 23, 59, 59, 999), '9999-12-31T23:59:59.999Z'],
  ])('timestamp from %s', (_, timestamp, text) => {
    expect(kept({ timestamp })['timestamp']).toBe(text)
  })

  test.each([
    ['a string', 'u', 'u'],
    ['an empty string', '', ''],
    ['a number', 42, '42'],
    ['nothing', undefined, undefined],
    ['null', null, undefined],
  ])('user id from %s', (_, userId, text) => {
    expect(kept({ user_id: userId })['user_id']).toBe(text)
  })

  test('a torn surrogate pair in any text costs that character, and not the event', () => {
    const written = 'a path: C:\\ud800 or "\\\\udfff", whole: 😀'
    const metadata = { '\ud800': '\udfff', written }
    expect(kept({ event_name: 'a\ud800', user_id: '\udc00', metadata })).toMatchObject({
      event_name: 'a\ufffd',
      user_id: '\ufffd',
      metadata: { '\ufffd': '\ufffd', written },
    })
  })

  test('what JSON leaves out is left out, what has a JSON form of its own takes it', () => {
    const metadata = { at: new Date(NOW), gone: undefined, call: () => 1, symbol: Symbol('s'), notANumber: NaN }
    expect(kept({ metadata })['metadata']).toEqual({ at: '2024-01-30T10:00:00.000Z', notANumber: null })
    expect(kept({ metadata: { toJSON: () => ({ a: 1 }) } })['metadata']).toEqual({ a: 1 })
    expect(kept({ metadata: new Map([[1, 2]]) })['metadata']).toEqual({})
  })

  test.each([
    ['100 characters', 'n'.repeat(100)],
    ['100 code points of two units each', '😀'.repeat(100)],
    ['100 lone surrogates', '\ud800'.repeat(100)],
  ])('name of %s', (_, name) => {
    expect(kept({ event_name: name })['event_name']).toBe(name.replaceAll('\ud800', '\ufffd'))
  })

  test('metadata of exactly 10,240 bytes', () => {
    expect(kept({ metadata: sized(10_240) })['metadata']).toEqual(sized(10_240))
  })
})

describe('what breaks the contract is told at once, in words that say what is wrong', () => {
  test.each([
    ['a name of 101 characters', { event_name: 'n'.repeat(101) }, /event name must be a string of 1 to 100 characters/],
    [
      'a name of 101 code points',
      { event_name: '😀'.repeat(101) },
      /event name must be a string of 1 to 100 characters/,
    ],
    ['an empty name', { event_name: '' }, /event name must be a string of 1 to 100 characters/],
    ['no name', { event_name: undefined }, /event name must be a string/],
    ['a number as name', { event_name: 5 }, /event name must be a string/],
    ['a name of 50 MB', { event_name: 'n'.repeat(50_000_000) }, /event name must be a string of 1 to 100 characters/],
    ['metadata of 10,241 bytes', { metadata: sized(10_241) }, /metadata must be an object of at most 10 KB of JSON/],
    [
      'metadata of 10,241 bytes in few characters',
      { metadata: { a: '€'.repeat(3411) } },
      /metadata must be an object of at most 10 KB of JSON/,
    ],
    [
      'metadata of 50 MB',
      { metadata: { a: 'x'.repeat(50_000_000) } },
      /metadata must be an object of at most 10 KB of JSON/,
    ],
    ['an array as metadata', { metadata: [1] }, /metadata must be an object/],
    ['a string as metadata', { metadata: 'x' }, /metadata must be an object/],
    ['null as metadata', { metadata: null }, /metadata must be an object/],
    ['a function as metadata', { metadata: () => 1 }, /metadata must be an object/],
    ['a Date as metadata', { metadata: new Date(NOW) }, /metadata must be an object/],
    ['metadata whose toJSON gives a string', { metadata: { toJSON: () => '{}' } }, /metadata must be an object/],
    ['metadata whose toJSON gives nothing', { metadata: { toJSON: () => undefined } }, /metadata must be an object/],
    ['metadata in a circle', { metadata: circular }, /circular/],
    ['a BigInt in metadata', { metadata: { n: 1n } }, /BigInt/],
    [
      'a getter that throws',
      {
        metadata: {
          get a() {
            throw new Error('no a')
          },
        },
      },
      /no a/,
    ],
    [
      'a getter that throws what has no text',
      {
        metadata: {
          get a(): unknown {
            throw evil
          },
        },
      },
      /./,
    ],
    ['an invalid Date', { timestamp: new Date(NaN) }, /[Tt]ime/],
    ['a timestamp that is no time', { timestamp: 'yesterday' }, /[Tt]ime/],
    ['a timestamp beyond the year 9999', { timestamp: Date.UTC(10_000, 0) }, /timestamp/],
    ['a timestamp before the year 0', { timestamp: Date.UTC(-2, 0) }, /timestamp/],
    ['a BigInt as user id', { user_id: 1n }, /userId must be a string/],
    ['a user id over 1 KB', { user_id: 'é'.repeat(513) }, /userId must be .* at most 1 KB/],
    ['an object as user id', { user_id: {} }, /userId must be a string/],
    ['an array as user id', { user_id: ['u'] }, /userId must be a string/],
    ['a boolean as user id', { user_id: true }, /userId must be a string/],
    ['a symbol as user id', { user_id: Symbol('u') }, /userId must be a string/],
    ['a function as user id', { user_id: () => 'u' }, /userId must be a string/],
  ])('%s', (_, part, message) => {
    expect(refusal(part)).toMatch(message)
  })

  test.each([[5], [{}], [''], [null]])('an idempotency key %j that would make two events one', (key) => {
    expect(refusal({}, key)).toMatch(/idempotencyKey must be a string/)
  })
})
