import * as fc from 'fast-check'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'
import type { Erasure } from '../../src/store/blocks/erasures.ts'
import { anyBlockEvents } from './any-block-event.ts'

/** Events as they come, in blocks. A corrected time is not far from the one that was given: both are in the API's range. */
export function anyBlocks(maxLength: number): fc.Arbitrary<readonly (readonly BlockEvent[])[]> {
  return fc.array(anyBlockEvents, { minLength: 1, maxLength }).map((blocks) => {
    let next = 1
    return blocks.map((events) => {
      const shift = next - (events[0] as BlockEvent).number
      const block = events.map((event) => ({
        ...event,
        number: event.number + shift,
        originalTimestampMs:
          event.originalTimestampMs === null ? null : event.timestampMs + (event.originalTimestampMs % 1e12 || 1),
      }))
      next = (block.at(-1) as BlockEvent).number + 1
      return block
    })
  })
}

/** Erasures that hit some of the events. */
export function anyErasures(events: readonly BlockEvent[]): fc.Arbitrary<readonly Omit<Erasure, 'id' | 'upTo'>[]> {
  return fc.array(
    fc.oneof(
      fc.constantFrom(...events).map(({ project, timestampMs }) => ({ project, before: timestampMs, userId: null })),
      fc.constantFrom(...events).map(({ project, userId }) => ({ project, before: null, userId: userId ?? 'nobody' })),
    ),
    { maxLength: 4 },
  )
}

export function isHidden(event: BlockEvent, erasures: readonly Omit<Erasure, 'id'>[]): boolean {
  return erasures.some(
    ({ project, upTo, before, userId }) =>
      project === event.project &&
      event.number <= upTo &&
      (before === null ? event.userId === userId : event.timestampMs < before),
  )
}

export const PLAIN_EVENT: BlockEvent = {
  number: 1,
  project: 1,
  eventName: 'click',
  userId: 'ada',
  timestampMs: 1_700_000_000_000,
  originalTimestampMs: null,
  receivedAtMs: 1_700_000_000_001,
  page: '',
  lane: 1,
  seq: 1,
  eventId: '',
  key: '',
  metadata: '{}',
}
