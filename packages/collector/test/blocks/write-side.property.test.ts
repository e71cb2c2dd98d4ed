import { join } from 'node:path'
import { formatLaneKey } from '@truecount/protocol'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { checkEvent } from '../../src/ingest/ledger-entry.ts'
import { examineBlocks } from '../../src/store/blocks/examine-blocks.ts'
import { openRowStore } from '../plain-rows/open-row-store.ts'
import { createSqliteBooks } from '../../src/store/sqlite/sqlite-books.ts'
import { temporaryFolder } from '../start-test-app.ts'
import { openTestBlocks } from './open-test-blocks.ts'
import { leftoversIn, rowsIn, storedIn } from './stored-in.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const PROJECTS = ['0198f000-0000-7000-8000-000000000001', '0198f000-0000-7000-8000-000000000002'] as const
let files = 0

const anyKey = fc.oneof(
  fc
    .tuple(fc.constantFrom('AAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBB'), fc.integer({ min: 1, max: 30 }))
    .map(([lane, seq]) => formatLaneKey(lane, seq)),
  fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6'),
  fc.constant(undefined),
)
const anyEvent = fc.record({
  event_name: fc.constantFrom('a', 'b', '$dropped', ''),
  user_id: fc.constantFrom('', 'u1', 'u2', 'u3', undefined),
  // Keys of events before 1970 are released later than those of rows: their seconds are told as 0.
  second: fc.integer({ min: 0, max: 8 }),
  isHalf: fc.boolean(),
  idempotency_key: anyKey,
  metadata: fc.constantFrom({}, { page: '/a' }, { page: 3 }, { page: 'é' }),
})
const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      project: fc.nat(1),
      events: fc.array(anyEvent, { minLength: 1, maxLength: 6 }),
      fails: fc.nat(9).map((n) => n === 0),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('before' as const),
      project: fc.nat(1),
      second: fc.integer({ min: 0, max: 9 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('user' as const),
      project: fc.nat(1),
      user: fc.constantFrom('', 'u1', 'u2', 'u3', 'u4'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('reclaim' as const), pieces: fc.integer({ min: 1, max: 20 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('seal' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
)

test('Blocks store, refuse, delete and count what rows do, whatever is sealed, reclaimed or opened again in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
      const paths = [join(folder.path, `${++files}-rows.db`), join(folder.path, `${files}-blocks.db`)] as const
      const rows = openRowStore(paths[0], 'process')
      let blocks = await openTestBlocks(paths[1])
      const maker = blocks.db.prepare('INSERT INTO project (uuid, name, created_at) VALUES (?, ?, 0)')
      for (const id of PROJECTS) {
        maker.run(id, '')
        await rows.projects.create({ id, name: '', allowedOrigins: null, createdAtMs: 0 })
      }
      let random = 0
      for (const step of steps) {
        if (step.kind === 'ingest') {
          const projectId = PROJECTS[step.project] as string
          const entries = step.events.map(({ second, isHalf, ...event }) => {
            const arrival = {
              projectId,
              nowMs: 9_000,
              randomBytes: (size: number) => new Uint8Array(size).fill(++random),
            }
            const timestamp = new Date(second * 1000 + (isHalf ? 500 : 0)).toISOString()
            return checkEvent({ ...event, timestamp }, arrival)
          })
          const plan = () => {
            if (step.fails) throw new Error('as planned')
            return []
          }
          const answers = [rows.ledger, blocks.file.ledger].map((ledger) =>
            ledger.ingest([{ projectId, entries }], plan).catch((error: Error) => error.message),
          )
          const [expected, answer] = await Promise.all(answers)
          expectSame(answer, expected)
        } else if (step.kind === 'reopen') {
          expectSame(blocks.errors, [])
          await blocks.close()
          blocks = await openTestBlocks(paths[1])
        } else if (step.kind === 'seal') {
          await blocks.file.sealAll()
        } else if (step.kind === 'reclaim') {
          for (let i = 0; i < step.pieces; i++) await blocks.file.eraser.reclaim()
        } else {
          const projectId = PROJECTS[step.project] as string
          const erase = (eraser: typeof rows.eraser) =>
            step.kind === 'before'
              ? eraser.eraseBefore(projectId, step.second * 1000)
              : eraser.eraseUser(projectId, step.user)
          expectSame(await erase(blocks.file.eraser), await erase(rows.eraser))
        }
        const plain = new Database(paths[0], { readonly: true })
        expect(storedIn(blocks.db)).toEqual(rowsIn(plain))
        for (const id of PROJECTS)
          expect(await createSqliteBooks(blocks.db).books(id)).toEqual(await rows.books.books(id))
        plain.close()
      }
      while (await blocks.file.eraser.reclaim());
      const { findings } = examineBlocks(blocks.db)
      expect(findings.filter(({ problem }) => problem !== null)).toEqual([])
      expect(leftoversIn(blocks.db)).toEqual([])
      expect(blocks.errors).toEqual([])
      await blocks.close()
      await rows.close()
    }),
    { numRuns: 30 },
  )
}, 120_000)

function expectSame(answer: unknown, expected: unknown): void {
  expect(answer).toEqual(expected)
}
