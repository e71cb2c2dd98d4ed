import * as fc from 'fast-check'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'

const anyText = fc.oneof(
  fc.constantFrom('a', 'b', '', 'two\nlines', 'nul\0', 'é', '😀', '__proto__', '$dropped'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
/** Every instant that a Date can be, most of them close together. */
const anyInstant = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_020 }) },
  { weight: 1, arbitrary: fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 }) },
)
const anyMetadata = fc
  .oneof(
    fc.record({ page: anyText, n: fc.integer() }),
    fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue(), { maxKeys: 3 }),
    fc.constant({ page: '\uD800' }),
  )
  .map((metadata: { readonly page?: unknown }) => ({
    metadata: JSON.stringify(metadata),
    page: typeof metadata.page === 'string' ? JSON.stringify(metadata.page) : '',
  }))
const inLane = fc
  .record({ lane: fc.integer({ min: 1, max: 4 }), seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) })
  .map((place) => ({ ...place, eventId: '00000000-0000-8000-8000-000000000000', key: '' }))
const outsideLane = fc.record({ eventId: fc.uuid(), key: anyText }).map((claim) => ({ ...claim, lane: 0, seq: 0 }))

export const anyBlockEvents: fc.Arbitrary<readonly BlockEvent[]> = fc
  .array(
    fc.record({
      gap: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1_000) }),
      project: fc.integer({ min: 1, max: 3 }),
      eventName: anyText,
      userId: fc.option(anyText),
      timestampMs: anyInstant,
      originalTimestampMs: fc.option(anyInstant, { freq: 2 }),
      receivedAtMs: anyInstant,
      content: anyMetadata,
      key: fc.oneof(inLane, outsideLane),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .chain((drafts) => fc.tuple(fc.constant(drafts), fc.integer({ min: 1, max: 2 ** 40 })))
  .map(([drafts, first]) => {
    let number = first - 1
    return drafts.map(({ gap, content, key, ...event }) => {
      number += 1 + gap
      return { ...event, ...content, ...key, number }
    })
  })
