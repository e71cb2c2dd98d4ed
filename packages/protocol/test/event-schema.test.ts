import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_METADATA_BYTES } from '../src/limits.ts'
import { validateEvent } from '../src/schema/index.ts'

const wrong = (message: string | RegExp) => ({
  ok: false,
  message: typeof message === 'string' ? message : expect.stringMatching(message),
})

/** Metadata whose JSON has exactly this many bytes. */
function metadataOf(bytes: number): object {
  return { a: 'x'.repeat(bytes - '{"a":""}'.length) }
}

describe('An event keeps the contract', () => {
  test.each([
    [{ event_name: 'a' }],
    [{ event_name: '😀'.repeat(100) }],
    [{ event_name: 'a', user_id: '', timestamp: '2024-01-30', metadata: {}, idempotency_key: 'k' }],
    [{ event_name: 'a', metadata: metadataOf(MAX_METADATA_BYTES) }],
    [{ event_name: 'a', surprise: 1 }],
    [JSON.parse('{"event_name":"a","metadata":{"__proto__":{"x":1},"constructor":1}}')],
  ])('%#', (event) => {
    expect(validateEvent(event)).toEqual({ ok: true, event })
  })
})

describe('An event that does not is refused in words', () => {
  test.each([
    [undefined, 'An event must be a JSON object, got undefined'],
    [null, 'An event must be a JSON object, got null'],
    [[], 'An event must be a JSON object, got array'],
    ['a', 'An event must be a JSON object, got string'],
    [[{ toString: 1 }], 'An event must be a JSON object, got array'],
    [JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)), 'An event must be a JSON object, got array'],
    [{}, 'Event name is required'],
    [{ event_name: '' }, 'Event name is required'],
    [{ event_name: null }, 'Event name must be a string, got null'],
    [{ event_name: 'a', user_id: `${'€'.repeat(341)}aa` }, 'user_id must be at most 1024 bytes of UTF-8, got 1025'],
    [
      { event_name: 'a', idempotency_key: 'a'.repeat(1025) },
      'idempotency_key must be at most 1024 bytes of UTF-8, got 1025',
    ],
    [{ event_name: 'a'.repeat(101) }, 'Event name must be at most 100 characters, got 101'],
    [{ event_name: 'a', user_id: 7 }, 'user_id must be a string, got number'],
    [{ event_name: 'a', user_id: null }, 'user_id must be a string, got null'],
    [{ event_name: 'a', timestamp: 1 }, /^timestamp must be an ISO 8601 .*, got number$/],
    [{ event_name: 'a', timestamp: '2024-02-30' }, /^timestamp must be an ISO 8601 .*, got "2024-02-30"$/],
    [{ event_name: 'a', metadata: [] }, 'metadata must be an object, got array'],
    [{ event_name: 'a', metadata: 'x' }, 'metadata must be an object, got string'],
    [
      { event_name: 'a', metadata: metadataOf(MAX_METADATA_BYTES + 1) },
      'metadata must be at most 10240 bytes of JSON, got 10241',
    ],
    [
      { event_name: 'a', metadata: { a: 'é'.repeat(5_117) } },
      'metadata must be at most 10240 bytes of JSON, got 10242',
    ],
    [{ event_name: 'a', idempotency_key: 1 }, 'idempotency_key must be a string, got number'],
    [{ event_name: 'a', idempotency_key: '' }, /^idempotency_key must not be empty/],
    [{ event_name: '', user_id: 7 }, 'Event name is required'],
  ])('%#', (event, message) => {
    expect(validateEvent(event)).toEqual(wrong(message))
  })

  test('even when it is nested deeper than can be written down', () => {
    const depth = 300_000
    const metadata = JSON.parse(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)
    expect(validateEvent({ event_name: 'a', metadata })).toEqual(wrong(/^metadata must be (nested )?at most/))
  })

  test('whatever it is: no value makes the check throw', () => {
    const anyEvent = fc.record(
      { event_name: fc.jsonValue(), user_id: fc.jsonValue(), timestamp: fc.jsonValue(), metadata: fc.jsonValue() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyEvent), (value) => {
        expect(typeof validateEvent(value).ok).toBe('boolean')
      }),
    )
  })
})
