import {
  formatLaneKey,
  MAX_EVENT_NAME_CHARACTERS,
  MAX_IDENTIFIER_BYTES,
  MAX_METADATA_BYTES,
  MAX_METADATA_DEPTH,
  parseTimestamp,
} from '@truecount/protocol'
import { validateEvent } from '@truecount/protocol/schema'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkEvent } from '../src/ingest/ledger-entry.ts'
import { readSureEvent } from '../src/ingest/sure-event.ts'

const arrival = { projectId: '0190a000-0000-7000-8000-000000000000', nowMs: 7, randomBytes: () => new Uint8Array(10) }

const nested = (depth: number) => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) as unknown
const sized = (bytes: number, character: string) => ({ a: character.repeat(bytes / Buffer.byteLength(character)) })

const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary' }) },
  fc.constantFrom('', '\ud800', 'a\udc00', '\ud83d\ude00', '\0', '$dropped', '__proto__', 'constructor', 'toString'),
)
const aroundTheLimit = fc.integer({ min: MAX_EVENT_NAME_CHARACTERS - 1, max: MAX_EVENT_NAME_CHARACTERS + 1 })
const longName = fc
  .tuple(fc.constantFrom('a', 'é', '😀', '\ud800'), aroundTheLimit)
  .map(([character, length]) => character.repeat(length))
const longIdentifier = fc
  .tuple(
    fc.constantFrom('a', 'é', '€', '😀'),
    fc.integer({ min: MAX_IDENTIFIER_BYTES - 4, max: MAX_IDENTIFIER_BYTES + 4 }),
  )
  .map(
    ([character, bytes]) =>
      character.repeat(bytes / Buffer.byteLength(character)) + 'b'.repeat(bytes % Buffer.byteLength(character)),
  )
const anyTimestamp = fc.oneof(
  { weight: 3, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
  fc.constantFrom('2024-01-30', '2024-02-30T10:00:00Z', '2024-01-30T10:00:00+02:00', '0099-12-31T00:00:00Z', 'now', ''),
)
const anyMetadata = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) },
  { weight: 4, arbitrary: fc.dictionary(anyText, anyText) },
  fc
    .tuple(fc.integer({ min: MAX_METADATA_BYTES - 9, max: MAX_METADATA_BYTES + 1 }), fc.constantFrom('a', 'é', '😀'))
    .map(([bytes, character]) => sized(bytes, character)),
  fc.integer({ min: 1_900, max: 2_100 }).map((bytes) => sized(bytes, 'a')),
  fc.integer({ min: MAX_METADATA_DEPTH - 1, max: MAX_METADATA_DEPTH + 1 }).map(nested),
)
const anyKey = fc.oneof(
  anyText,
  longIdentifier,
  fc.constant(''),
  fc.nat().map((seq) => formatLaneKey('AAAAAAAAAAAAAAAA', seq)),
)
/** Mostly as they should be, one in eight whatever JSON can hold. */
const member = (good: fc.Arbitrary<unknown>) => fc.oneof({ weight: 7, arbitrary: good }, fc.jsonValue())
const anyEvent = fc.record(
  {
    event_name: member(fc.oneof({ weight: 3, arbitrary: anyText }, longName)),
    user_id: member(fc.oneof({ weight: 3, arbitrary: anyText }, longIdentifier)),
    timestamp: member(anyTimestamp),
    metadata: member(anyMetadata),
    idempotency_key: member(anyKey),
    surprise: fc.jsonValue(),
  },
  { requiredKeys: ['event_name'] },
)
/** As a request brings it. */
const anyValue = fc
  .oneof({ weight: 20, arbitrary: anyEvent }, fc.jsonValue(), fc.record({ user_id: anyText }))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)

/** What the schema says of a value. */
function judgedAs(value: unknown) {
  const validated = validateEvent(value)
  if (!validated.ok) return { error: 'invalid_request', message: validated.message }
  const { event_name, user_id = null, timestamp, metadata = {} } = validated.event
  const timestampMs = timestamp === undefined ? arrival.nowMs : parseTimestamp(timestamp)
  return {
    event_name,
    user_id,
    timestampMs,
    metadata: JSON.stringify(metadata),
    metadataText: JSON.stringify(metadata),
  }
}

/** What the ledger is given. */
function checkedAs(value: unknown) {
  const checked = checkEvent(value, arrival)
  if (checked.kind === 'rejection') return { error: checked.error, message: checked.message }
  const { eventName, userId, timestampMs, metadata, metadataText } = checked.event
  return { event_name: eventName, user_id: userId, timestampMs, metadata: JSON.stringify(metadata), metadataText }
}

test('An event is taken or refused exactly as the schema of record says, with its words and its values', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(checkedAs(value)).toEqual(judgedAs(value))
    }),
    { numRuns: 4_000 },
  )
}, 60_000)

/** The metadata of an event that a request brings, and of the event that rules judge. */
function seenByRules(metadata: string) {
  const given = JSON.parse(`{"event_name":"e","metadata":${metadata}}`) as { metadata: unknown }
  const checked = checkEvent(given, arrival)
  if (checked.kind === 'rejection') throw new Error(checked.message)
  return { given: given.metadata, ...checked.event }
}

const long = `"long":"${'x'.repeat(5_000)}"`

test.each([
  ['at the top', '{"a":1e999}'],
  ['deep inside, beside a null', '{"a":{"b":[1,{"c":-1e999},null]}}'],
  ['of much metadata', `{${long},"a":1e999}`],
])('Where a number %s is beyond the range of doubles, rules see what is stored', (_where, text) => {
  const { metadata, metadataText } = seenByRules(text)
  expect(metadata).toEqual(JSON.parse(metadataText))
  expect(metadataText).toBe(text.replace(/-?1e999/, 'null'))
})

test.each([
  ['Empty', '{}'],
  ['Greatest', '{"a":1.7976931348623157e308}'],
  ['Holding null', '{"a":null,"b":["null",{"c":null}]}'],
  ['Much', `{${long},"a":null}`],
])('%s metadata is not parsed a second time', (_what, text) => {
  const { given, metadata } = seenByRules(text)
  expect(metadata).toBe(given)
})

test('An ordinary event never costs the schema', () => {
  const ordinary = fc.record(
    {
      event_name: fc.string({ minLength: 1, maxLength: 100 }),
      user_id: fc.string(),
      timestamp: fc
        .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      metadata: fc.dictionary(fc.string({ maxLength: 10 }), fc.oneof(fc.string({ maxLength: 30 }), fc.double()), {
        maxKeys: 5,
      }),
      idempotency_key: fc.string({ minLength: 1 }),
    },
    { requiredKeys: ['event_name'] },
  )
  fc.assert(
    fc.property(ordinary, (value) => {
      expect(readSureEvent(JSON.parse(JSON.stringify(value)))).toBeDefined()
    }),
  )
})
