import Database from 'better-sqlite3'
import { DROPPED_EVENT_NAME } from '@truecount/protocol'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'
import { countErased } from '../../src/store/blocks/query/count-erased.ts'
import { createCountPages } from '../../src/store/blocks/query/count-pages.ts'
import { countSeries } from '../../src/store/blocks/query/count-series.ts'
import { createCountUsers } from '../../src/store/blocks/query/count-users.ts'
import { eventsBetween, pageOfEvents } from '../../src/store/blocks/query/list-events.ts'
import { createRememberedUsers } from '../../src/store/blocks/query/remembered-users.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import { openSnapshots } from '../../src/store/blocks/snapshot.ts'
import { isHidden, PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'

const file = createBlockFile()
const db = new Database(file.path, { readonly: true })
const seal = createSealBlocks(db)
afterAll(() => {
  db.close()
  file.remove()
})

const PROJECT = { row: 1, id: '018f0000-0000-7000-8000-000000000000' }
const LAST = 6

/** So few instants that windows begin and end with the first and last event of a segment, before them, and behind. */
const anyInstant = fc.integer({ min: 0, max: LAST })
const anyEvent = fc.record({
  timestampMs: anyInstant,
  eventName: fc.constantFrom<string>('a', 'b', DROPPED_EVENT_NAME),
  userId: fc.constantFrom(null, 'u', 'v'),
})
const anyCase = fc.record({
  /** Per segment; the last may stay a block. */
  segments: fc.array(fc.array(anyEvent, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
  isLastSealed: fc.boolean(),
  hiddenBefore: fc.option(anyInstant, { nil: undefined }),
  edges: fc.uniqueArray(fc.integer({ min: -1, max: LAST + 2 }), { minLength: 2, maxLength: 4 }),
  eventName: fc.constantFrom(undefined, 'a'),
  offset: fc.nat(8),
  limit: fc.integer({ min: 1, max: 8 }),
})

/** What {@link write} writes. */
type Stored = Pick<Case, 'segments' | 'isLastSealed' | 'hiddenBefore'>
type Case = typeof anyCase extends fc.Arbitrary<infer T> ? T : never

function write({ segments, isLastSealed, hiddenBefore }: Stored): readonly BlockEvent[] {
  file.clear()
  let number = 0
  const stored = segments.flatMap((events, i) => {
    const block = events.map((event): BlockEvent => {
      number += 1
      const eventId = `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`
      return { ...PLAIN_EVENT, lane: 0, seq: 0, eventId, number, ...event }
    })
    file.append(block)
    if (i < segments.length - 1 || isLastSealed) {
      const { segment, users } = seal({ minWeight: 1, upTo: Number.MAX_SAFE_INTEGER })
      file.addUsers(users)
      file.switchOn(segment)
    }
    return block
  })
  if (hiddenBefore === undefined) return stored
  const erasure = { project: PROJECT.row, before: hiddenBefore, userId: null, upTo: number }
  file.erase(erasure)
  return stored.filter((event) => !isHidden(event, [erasure]))
}

test('A window counts and lists what lies in it, also where it begins or ends with the first or last event of a segment', () => {
  const anyWritten = anyCase.map((given) => ({ ...given, edges: given.edges.toSorted((a, b) => a - b) }))
  fc.assert(
    fc.property(anyWritten, (given) => {
      const { edges, eventName, offset, limit } = given
      const visible = write(given)
      const [fromMs, toMs] = [edges[0] as number, edges.at(-1) as number]
      const inWindow = (event: BlockEvent, from: number, to: number) =>
        event.timestampMs >= from && event.timestampMs < to
      const listed = visible.filter((event) => event.eventName !== DROPPED_EVENT_NAME)
      const ordered = listed.toSorted((a, b) => a.timestampMs - b.timestampMs || a.number - b.number)
      const counted = listed.filter((event) => eventName === undefined || event.eventName === eventName)
      const selection = { eventName, fromMs, toMs }
      const selected = counted.filter((event) => inWindow(event, fromMs, toMs))
      const users = new Set(selected.flatMap(({ userId }) => userId ?? []))
      const wish = { kind: 'before', beforeMs: fromMs } as const

      openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 3 }).read((snapshot) => {
        const views = snapshot.views(PROJECT.row)
        const countUsers = createCountUsers(createRememberedUsers(0))
        expect(countSeries(views, selection, edges, countUsers)).toEqual({
          counts: edges
            .slice(1)
            .map((to, i) => counted.filter((event) => inWindow(event, edges[i] as number, to)).length),
          uniqueUsers: users.size,
        })
        expect(createCountPages(countUsers, 1)(views, selection, 1)).toMatchObject({
          events: selected.length,
          uniqueUsers: users.size,
        })
        expect(countErased(views, wish, Number.MAX_SAFE_INTEGER)).toBe(
          visible.filter(({ timestampMs }) => timestampMs < fromMs).length,
        )
        const page = pageOfEvents(snapshot, PROJECT.row, offset, limit)
        expect(page.total).toBe(listed.length)
        expect(page.events.map(({ id }) => id)).toEqual(
          ordered
            .toReversed()
            .slice(offset, offset + limit)
            .map(({ number }) => number),
        )
        const after = ordered[offset]
        const between = eventsBetween(
          snapshot,
          PROJECT,
          { fromMs, toMs },
          after && { timestampMs: after.timestampMs, place: after.number },
          limit,
        )
        const rest =
          after === undefined ? ordered.filter((event) => event.timestampMs >= fromMs) : ordered.slice(offset + 1)
        expect(between.map(({ place }) => place)).toEqual(
          rest
            .filter(({ timestampMs }) => timestampMs < toMs)
            .slice(0, limit)
            .map(({ number }) => number),
        )
      })
    }),
    { numRuns: 400 },
  )
})

test('Pages of events of many names are listed in the order of time, hidden ones left out', () => {
  const segments = [0, 1, 2].map((segment) =>
    Array.from({ length: 200 }, (_, i) => ({
      timestampMs: 100 * segment + ((i * 37) % 150),
      eventName: `name ${i % 80}`,
      userId: null,
    })),
  )
  const visible = write({ segments, isLastSealed: true, hiddenBefore: 20 })
  const newest = visible.toSorted((a, b) => b.timestampMs - a.timestampMs || b.number - a.number)
  openSnapshots(db, { columnBytes: 20_000, userTextBytes: 200, pieceEvents: 3 }).read((snapshot) => {
    for (let offset = 0; offset < newest.length; offset += 7) {
      const { events, total } = pageOfEvents(snapshot, PROJECT.row, offset, 9)
      expect(total).toBe(newest.length)
      expect(events.map(({ id }) => id)).toEqual(newest.slice(offset, offset + 9).map(({ number }) => number))
    }
  })
})
