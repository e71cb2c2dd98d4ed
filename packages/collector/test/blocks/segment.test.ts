import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { buildSegment } from '../../src/store/blocks/build-segment.ts'
import { decodeBlock } from '../../src/store/blocks/decode-block.ts'
import { type BlockEvent, createBlockEncoder } from '../../src/store/blocks/encode-block.ts'
import { createErasures, type Erasure } from '../../src/store/blocks/erasures.ts'
import { joinRows } from '../../src/store/blocks/join-rows.ts'
import { createLruCache } from '../../src/store/blocks/lru-cache.ts'
import { usersOfRows } from '../../src/store/blocks/row-users.ts'
import { rowsOfSegment, splitRows } from '../../src/store/blocks/rows-of-segment.ts'
import type { BuiltSegment } from '../../src/store/blocks/seal-work.ts'
import type { Segment } from '../../src/store/blocks/segment.ts'
import { createSegmentOpener } from '../../src/store/blocks/stored-segment.ts'
import { createUserIds } from '../../src/store/blocks/user-ids.ts'
import { userHash } from '../../src/store/blocks/user-hash.ts'
import { createUserTexts } from '../../src/store/blocks/user-texts.ts'
import { anyBlocks, anyErasures, isHidden, PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'
import { expectSegment } from './expect-segment.ts'

const file = createBlockFile()
afterAll(file.remove)

const encode = createBlockEncoder()
const userIds = createUserIds(file.db)
// So small that columns are read again and again.
const open = createSegmentOpener(file.db, createLruCache(500), createUserTexts(file.db, 100))

/** Builds a segment of blocks as the sealer does, stores it and opens it. */
function seal(blocks: readonly (readonly BlockEvent[])[], erasures: readonly Erasure[] = []): Segment {
  const obeyed = createErasures(erasures)
  const rows = joinRows(
    blocks.map((events) => {
      const block = decodeBlock((events[0] as BlockEvent).number, Buffer.from(encode(events)))
      return { block, rows: obeyed.keptRows(block) }
    }),
  )
  const { places, users } = usersOfRows(rows)
  const { ids, newUsers } = userIds(users, file.db.prepare('SELECT next_user FROM storage').pluck().get() as number)
  const all = blocks.flat()
  const range = { first: all[0]?.number as number, last: all.at(-1)?.number as number, erasedTo: obeyed.lastId }
  return store(buildSegment(range, rows, { places, ids }), newUsers)
}

function store(built: BuiltSegment, users: Parameters<typeof file.addUsers>[0] = []): Segment {
  file.addUsers(users)
  return open({ ...built, id: file.switchOn(built) })
}

test('A segment holds the events of its blocks, sorted, whatever they are', () => {
  fc.assert(fc.property(anyBlocks(6), (blocks) => expectSegment(seal(blocks), blocks.flat())))
})

test('A segment is made without what erasures hide, and made again without what later ones hide', () => {
  const anyCase = anyBlocks(6).chain((blocks) => {
    const erasures = anyErasures(blocks.flat())
    return fc.tuple(fc.constant(blocks), erasures, erasures, fc.nat())
  })
  fc.assert(
    fc.property(anyCase, ([blocks, before, after, cut]) => {
      const events = blocks.flat()
      const last = events.at(-1)?.number as number
      const earlier = before.map((erasure, i) => ({ ...erasure, id: i + 1, upTo: 1 + (cut % last) }))
      const all = [...earlier, ...after.map((erasure, i) => ({ ...erasure, id: 10 + i, upTo: last }))]
      const segment = seal(blocks, earlier)
      const kept = events.filter((event) => !isHidden(event, earlier))
      if (kept.length > 0) expectSegment(segment, kept)
      const left = events.filter((event) => !isHidden(event, all))
      if (kept.length === 0 || left.length === 0) return
      const { kept: rowsLeft } = splitRows(segment, earlier.length, createErasures(all))
      const { rows, users } = rowsOfSegment(segment, rowsLeft)
      expectSegment(store(buildSegment({ ...segment, erasedTo: 20 }, rows, users)), left)
    }),
  )
})

test('The same user has the same id in every segment, and users of two projects that share a text have two', () => {
  const events = ['ada', 'bob', null].flatMap((userId) =>
    [1, 2].map((project) => ({ ...PLAIN_EVENT, project, userId })),
  )
  const numbered = events.map((event, i) => ({ ...event, number: i + 1 }))
  const idsOf = (segment: Segment) => {
    const { ids, find } = segment.column('users')
    return ['ada', 'bob'].flatMap((user) => [1, 2].map((project) => ids[find(project, user)]))
  }
  const first = idsOf(seal([numbered]))
  expect(new Set(first).size).toBe(4)
  expect(first).not.toContain(0)
  expect(idsOf(seal([numbered.toReversed().map((event, i) => ({ ...event, number: i + 1 }))]))).toEqual(first)
})

test('Users whose hashes are the same are told apart by their texts', () => {
  // What SHA-256 does not give in a lifetime: another user under the same hash.
  const nextUser = file.db.prepare('SELECT next_user FROM storage').pluck().get() as number
  file.addUsers([{ id: nextUser, project: 1, hash: userHash(1, 'eve'), text: 'another' }])
  const users = seal([[{ ...PLAIN_EVENT, userId: 'eve' }]]).column('users')
  expect([...users.ids]).toEqual([0, nextUser + 1])
  expect([users.text(1), users.find(1, 'eve'), users.find(1, 'another')]).toEqual(['eve', 1, 0])
})

test('Large and strange texts come back from a segment: 500 KB, NUL, line feeds, names of 100 characters, escapes of half a pair', () => {
  const strange = [
    { userId: 'x'.repeat(500_000) },
    { userId: 'nul\0\nline', eventName: '\0' },
    { eventName: '😀'.repeat(100), metadata: String.raw`{"page":"\ud800","a":"\u0000\n"}`, page: String.raw`"\ud800"` },
    { eventName: '\uFFFF', key: 'k'.repeat(100_000), lane: 0, seq: 0, eventId: '0190163d-8694-739b-aea5-966c26f8ad91' },
    { eventName: '\u{10000}', seq: Number.MAX_SAFE_INTEGER, originalTimestampMs: -62_167_219_200_000 },
    { userId: '', timestampMs: 253_402_300_799_999 },
    { timestampMs: -62_167_219_200_000, metadata: JSON.stringify({ text: 'é'.repeat(5_000) }) },
  ]
  const events = strange.map((event, i) => ({ ...PLAIN_EVENT, ...event, number: i + 1 }))
  expectSegment(seal([events]), events)
})

test('A segment of many projects, names, users and pages needs wider columns, and more than one part of content', () => {
  const events = Array.from({ length: 20_000 }, (_, i) => ({
    ...PLAIN_EVENT,
    number: i + 1,
    project: 1 + (i % 300),
    eventName: `name ${i % 7}`,
    userId: `user ${i}`,
    timestampMs: PLAIN_EVENT.timestampMs + ((i * 7_919) % 20_000),
    page: `"/${i % 1_000}"`,
    metadata: `{"page":"/${i % 1_000}"}`,
  }))
  const segment = seal([events])
  const users = segment.column('users')
  const pages = segment.column('pages')
  const contents = segment.content(Array.from({ length: events.length }, (_, row) => row))
  const rows = contents.map(({ metadata }, row) => [
    users.text(users.places[row] as number),
    `{"page":${pages.texts[pages.places[row] as number]}}`,
    metadata,
  ])
  const sorted = events.toSorted(
    (a, b) =>
      a.project - b.project ||
      (a.eventName < b.eventName ? -1 : Number(a.eventName > b.eventName)) ||
      a.timestampMs - b.timestampMs,
  )
  expect(rows).toEqual(sorted.map(({ userId, metadata }) => [userId, metadata, metadata]))
  expect(segment.column('directory').size).toBe(300)
  expect([users.places.BYTES_PER_ELEMENT, pages.places.BYTES_PER_ELEMENT]).toEqual([2, 2])
})
