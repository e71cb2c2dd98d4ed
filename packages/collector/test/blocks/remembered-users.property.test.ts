import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { BlockEvent } from '../../src/store/blocks/encode-block.ts'
import { createCountUsers } from '../../src/store/blocks/query/count-users.ts'
import { createRememberedUsers } from '../../src/store/blocks/query/remembered-users.ts'
import { rowRanges, type RowSelection } from '../../src/store/blocks/query/row-ranges.ts'
import { createRewriteSegment } from '../../src/store/blocks/rewrite-segment.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import { openSnapshots } from '../../src/store/blocks/snapshot.ts'
import { isHidden, PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'

const file = createBlockFile()
afterAll(file.remove)

const LAST_MS = 4
const anyProject = fc.integer({ min: 1, max: 2 })
const anyInstant = fc.integer({ min: 0, max: LAST_MS })
const anyName = fc.constantFrom('a', 'b')
/** More than a word of bits, so that sets grow, and few enough that an erasure hits. */
const anyUser = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.integer({ min: 1, max: 70 }))
const anyEvent = fc.record({
  project: anyProject,
  timestampMs: anyInstant,
  eventName: anyName,
  userId: fc.option(anyUser.map(String), { freq: 9 }),
})

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      events: fc.array(anyEvent, { minLength: 1, maxLength: 8 }),
      isSealed: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      project: anyProject,
      eventName: fc.option(anyName, { nil: undefined }),
      fromMs: fc.option(anyInstant, { nil: -1, freq: 2 }),
      toMs: fc.option(anyInstant, { nil: LAST_MS + 1, freq: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('erase' as const),
      project: anyProject,
      before: fc.constant(null),
      userId: anyUser.map(String),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('erase' as const),
      project: anyProject,
      before: anyInstant,
      userId: fc.constant(null),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite' as const) }) },
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never
type StepOf<Kind> = Extract<Step, { kind: Kind }>

/** A file of which one reader counts users again and again, and a plain list beside it. */
function createFileAndModel(rememberedBytes: number) {
  file.clear()
  const db = new Database(file.path, { readonly: true })
  const snapshots = openSnapshots(db, { columnBytes: 2_000, userTextBytes: 200, pieceEvents: 3 })
  const countUsers = createCountUsers(createRememberedUsers(rememberedBytes))
  const seal = createSealBlocks(db)
  const rewrite = createRewriteSegment(db)
  let number = 0
  let visible: readonly BlockEvent[] = []

  const run = {
    write({ events, isSealed }: StepOf<'write'>) {
      const block = events.map((event): BlockEvent => {
        number += 1
        const eventId = `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`
        return { ...PLAIN_EVENT, lane: 0, seq: 0, eventId, number, ...event }
      })
      file.append(block)
      visible = [...visible, ...block]
      if (!isSealed) return
      const { segment, users } = seal({ minWeight: number, upTo: Number.MAX_SAFE_INTEGER })
      file.addUsers(users)
      file.switchOn(segment)
    },
    ask({ project, ...selection }: StepOf<'ask'>) {
      const { eventName, fromMs, toMs } = selection
      const asked = visible.filter(
        (event) =>
          event.project === project &&
          (eventName ?? event.eventName) === event.eventName &&
          event.timestampMs >= fromMs &&
          event.timestampMs < toMs,
      )
      expect(count(project, selection)).toBe(new Set(asked.flatMap(({ userId }) => userId ?? [])).size)
    },
    erase({ project, before, userId }: StepOf<'erase'>) {
      const erasure = { project, before, userId, upTo: number }
      file.erase(erasure)
      visible = visible.filter((event) => !isHidden(event, [erasure]))
    },
    /** All that is hidden goes, and with it what hides it. */
    rewrite() {
      file.cleanBlocks()
      for (const id of file.db.prepare<[], number>('SELECT id FROM segment').pluck().all()) {
        const rewritten = rewrite(id)
        if (rewritten.kind === 'rewritten') file.switchOn(rewritten.segment, [id])
      }
      file.forgetErasures()
    },
  }

  function count(project: number, selection: RowSelection): number {
    return snapshots.read(({ views }) =>
      countUsers(
        selection,
        views(project).map((view) => ({ view, ranges: rowRanges(view, selection) })),
      ),
    )
  }

  return { step: (step: Step) => (run[step.kind] as (step: Step) => void)(step), close: () => db.close() }
}

test('Users are counted as they are now, whatever was remembered of earlier questions', () => {
  const anySteps = fc.array(anyStep, { minLength: 10, maxLength: 60 })
  fc.assert(
    fc.property(anySteps, fc.constantFrom(0, 24, 1_000), (steps, rememberedBytes) => {
      const model = createFileAndModel(rememberedBytes)
      try {
        for (const step of steps) model.step(step)
      } finally {
        model.close()
      }
    }),
    { numRuns: 300 },
  )
})
