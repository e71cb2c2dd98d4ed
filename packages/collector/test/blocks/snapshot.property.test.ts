import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { buildSegment } from '../../src/store/blocks/build-segment.ts'
import { decodeBlock } from '../../src/store/blocks/decode-block.ts'
import { type BlockEvent, createBlockEncoder } from '../../src/store/blocks/encode-block.ts'
import type { Erasure } from '../../src/store/blocks/erasures.ts'
import { createRewriteSegment } from '../../src/store/blocks/rewrite-segment.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import { openSnapshots } from '../../src/store/blocks/snapshot.ts'
import { userHash } from '../../src/store/blocks/user-hash.ts'
import type { Snapshot, View } from '../../src/store/blocks/view.ts'
import { anyBlocks, isHidden, PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'

const PROJECTS = [1, 2, 3]

const file = createBlockFile()
afterAll(file.remove)

/** What may happen to a file, in any order. Picks are made modulo what there is. */
type Step =
  | { readonly kind: 'append' | 'read' | 'readLast' | 'count' | 'clean' | 'forget' }
  | { readonly kind: 'seal'; readonly events: number; readonly meanwhile: Step }
  | { readonly kind: 'eraseBefore' | 'eraseUser'; readonly pick: number }
  | { readonly kind: 'rewrite'; readonly pick: number }

const anySimple: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('read' as const, 'readLast' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('count' as const, 'clean' as const, 'forget' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('eraseBefore' as const, 'eraseUser' as const), pick: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), pick: fc.nat() }) },
)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: anySimple },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('seal' as const),
      events: fc.integer({ min: 1, max: 80 }),
      meanwhile: anySimple,
    }),
  },
)

/** A file, and beside it a plain list of all that was written and of what was erased. */
function createFileAndModel(blocks: readonly (readonly BlockEvent[])[]) {
  file.clear()
  const db = new Database(file.path, { readonly: true })
  const snapshots = openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 30 })
  const sealer = new Database(file.path, { readonly: true })
  const seal = createSealBlocks(sealer)
  const rewrite = createRewriteSegment(sealer)
  const waiting = [...blocks]
  const stored: BlockEvent[] = []
  const erasures: Erasure[] = []
  let seen = 0
  let seenLayout = 0
  const layout = () => file.db.prepare('SELECT layout FROM storage').pluck().get() as number
  const look = ({ lastNumber }: Snapshot) => {
    seen = lastNumber
    seenLayout = layout()
  }

  function erase(what: Pick<Erasure, 'project' | 'before' | 'userId'>): void {
    // Up to where the last count saw: the tail may have grown since, but segments must be those that it saw.
    if (seenLayout !== layout()) count()
    const upTo = seen
    erasures.push({ ...what, id: file.erase({ ...what, upTo }), upTo })
  }

  const segmentIds = () => file.db.prepare('SELECT id FROM segment ORDER BY id').pluck().all() as number[]
  function replace(id: number): void {
    const rewritten = rewrite(id)
    if (rewritten.kind === 'rewritten') file.switchOn(rewritten.segment, [id])
  }

  function count(): void {
    snapshots.read((snapshot) => {
      const rows = PROJECTS.flatMap((project) => snapshot.views(project).flatMap(visibleRows))
      expect(rows.length).toBe(visible().length)
      look(snapshot)
    })
  }

  const run = {
    append() {
      const block = waiting.shift()
      if (block === undefined) return
      stored.push(...block)
      file.append(block)
    },
    read: () => snapshots.read((snapshot) => expectAll(snapshot)),
    count,
    eraseBefore({ pick }: { readonly pick: number }) {
      const event = stored[pick % stored.length]
      if (event !== undefined) erase({ project: event.project, before: event.timestampMs, userId: null })
    },
    eraseUser({ pick }: { readonly pick: number }) {
      const event = stored[pick % stored.length]
      if (event !== undefined) erase({ project: event.project, before: null, userId: event.userId ?? '' })
    },
    seal({ events, meanwhile }: { readonly events: number; readonly meanwhile: Step }) {
      if (file.db.prepare('SELECT count(*) FROM block').pluck().get() === 0) return
      const { segment, users } = seal({ minWeight: events, upTo: Number.MAX_SAFE_INTEGER })
      file.addUsers(users)
      const erased = erasures.length
      step(meanwhile)
      const isCut = erasures.slice(erased).some(({ upTo }) => segment.first <= upTo && upTo < segment.last)
      if (!isCut) file.switchOn(segment)
    },
    /** Users are looked up where they are asked for, and nowhere else. */
    readLast() {
      snapshots.read((snapshot) => {
        for (const project of PROJECTS) snapshot.views(project).at(-1)?.segment.column('users')
      })
    },
    clean: file.cleanBlocks,
    forget() {
      file.cleanBlocks()
      for (const id of segmentIds()) replace(id)
      file.forgetErasures()
    },
    rewrite({ pick }: { readonly pick: number }) {
      const ids = segmentIds()
      if (ids.length > 0) replace(ids[pick % ids.length] as number)
    },
  }
  const step = (any: Step) => (run[any.kind] as (any: Step) => void)(any)
  const visible = () => stored.filter((event) => !isHidden(event, erasures))

  function expectAll(snapshot: Snapshot): void {
    const { lastNumber } = snapshot
    expect(lastNumber).toBeGreaterThanOrEqual(visible().at(-1)?.number ?? 0)
    expect(lastNumber).toBeLessThanOrEqual(stored.at(-1)?.number ?? 0)
    const ids = new Map<number, string>()
    for (const project of PROJECTS) {
      const views = snapshot.views(project)
      expect(views.flatMap((view) => readRows(view, project, ids))).toEqual(
        visible()
          .filter((event) => event.project === project)
          .map(shownOf),
      )
      for (const [i, { segment }] of views.entries()) {
        expect(segment.first).toBeGreaterThan(views[i - 1]?.segment.last ?? 0)
      }
    }
    // One id a user, one user an id.
    const users = new Set(
      visible()
        .filter(({ userId }) => userId !== null)
        .map(nameOf),
    )
    expect(new Set(ids.values())).toEqual(users)
    expect(ids.size).toBe(users.size)
  }

  return {
    step,
    close() {
      db.close()
      sealer.close()
    },
  }
}

function usersOf(snapshot: Snapshot, project: number): (readonly [id: number, text: string])[] {
  return snapshot.views(project).flatMap(({ segment }) => {
    const { ids, text } = segment.column('users')
    return Array.from(ids, (id, place) => [id, place === 0 ? '' : text(place)] as const).slice(1)
  })
}

function visibleRows(view: View): number[] {
  const { base, offsets } = view.segment.column('times')
  const rows = Array.from(
    { length: (view.starts.at(-1) as number) - (view.starts[0] as number) },
    (_, i) => i + (view.starts[0] as number),
  )
  const { places } = view.hiddenUsers.size === 0 ? { places: [] } : view.segment.column('users')
  return rows.filter(
    (row) => base + (offsets[row] as number) >= view.hiddenBefore && !view.hiddenUsers.has(places[row] ?? 0),
  )
}

/** What a view shows, in the order of numbers. Collects whose ids are whose. */
function readRows(view: View, project: number, ids: Map<number, string>) {
  const { segment } = view
  const rows = visibleRows(view)
  const { base, offsets } = segment.column('times')
  const users = segment.column('users')
  const numbers = segment.column('numbers')
  const contents = segment.content(rows)
  const shown = rows.map((row, i) => {
    const place = users.places[row] as number
    const userId = place === 0 ? null : users.text(place)
    const name = nameOf({ project, userId })
    if (place !== 0) {
      expect(ids.get(users.ids[place] as number) ?? name).toBe(name)
      ids.set(users.ids[place] as number, name)
      expect(users.find(project, userId as string)).toBe(place)
    }
    const { receivedAtMs, originalTimestampMs, lane, seq, metadata } = contents[i] as (typeof contents)[number]
    return {
      number: segment.first + (numbers[row] as number),
      eventName: view.names.find((_, group) => row < (view.starts[group + 1] as number)),
      userId,
      timestampMs: base + (offsets[row] as number),
      receivedAtMs,
      originalTimestampMs,
      lane,
      seq,
      metadata,
    }
  })
  return shown.toSorted((a, b) => a.number - b.number)
}

function shownOf(event: BlockEvent) {
  const { number, eventName, userId, timestampMs, receivedAtMs, originalTimestampMs, lane, seq, metadata } = event
  return { number, eventName, userId, timestampMs, receivedAtMs, originalTimestampMs, lane, seq, metadata }
}

function nameOf({ project, userId }: Pick<BlockEvent, 'project' | 'userId'>): string {
  return JSON.stringify([project, userId])
}

test('A snapshot shows what was stored and not erased, however events come, are sealed, erased and rewritten between two looks', () => {
  fc.assert(
    fc.property(anyBlocks(30), fc.array(anyStep, { minLength: 10, maxLength: 60 }), (blocks, steps) => {
      const model = createFileAndModel(blocks)
      try {
        for (const step of [...steps, { kind: 'read' as const }]) model.step(step)
      } finally {
        model.close()
      }
    }),
    { interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true },
  )
}, 70_000)

test('Users of a segment that comes below what is sealed have other ids than those of the tail', () => {
  file.clear()
  file.db.exec('UPDATE storage SET sealed_to = 500')
  const db = new Database(file.path, { readonly: true })
  const snapshots = openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 1 })
  file.append([{ ...PLAIN_EVENT, number: 1_000, userId: 'new' }])
  const users = () => snapshots.read((snapshot) => usersOf(snapshot, 1))
  expect(users()).toEqual([[1, 'new']])

  const old = decodeBlock(1, Buffer.from(createBlockEncoder()([{ ...PLAIN_EVENT, userId: 'old' }])))
  file.addUsers([{ id: 1, project: 1, hash: userHash(1, 'old'), text: 'old' }])
  const ids = { places: Uint32Array.of(1), ids: Uint32Array.of(0, 1) }
  file.switchOn(buildSegment({ first: 1, last: 1, erasedTo: 0 }, old, ids))
  expect(users()).toEqual([
    [1, 'old'],
    [2, 'new'],
  ])
  db.close()
})

test('While users of a segment are stored that is not switched on, each has an id of its own still', () => {
  file.clear()
  const db = new Database(file.path, { readonly: true })
  const snapshots = openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 1 })
  file.append([{ ...PLAIN_EVENT, userId: 'asked for late' }])
  file.append([{ ...PLAIN_EVENT, number: 2, userId: 'asked for early' }])
  expect(snapshots.read((snapshot) => snapshot.views(1)[1]?.segment.column('users').ids)).toEqual(Uint32Array.of(0, 1))

  const { segment, users } = createSealBlocks(db)({ minWeight: 2, upTo: 2 })
  file.addUsers(users)
  const ids = () => snapshots.read((snapshot) => usersOf(snapshot, 1).toSorted(([a], [b]) => a - b))
  expect(ids()).toEqual([
    [1, 'asked for early'],
    [2, 'asked for late'],
  ])
  file.switchOn(segment)
  expect(ids()).toEqual([
    [1, 'asked for late'],
    [2, 'asked for early'],
  ])
  db.close()
})
