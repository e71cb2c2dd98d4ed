import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { createMergeRuns } from '../../src/store/blocks/merge-runs.ts'
import { createQueryClient } from '../../src/store/blocks/query-client.ts'
import { createRewriteSegment } from '../../src/store/blocks/rewrite-segment.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import { createSealClient } from '../../src/store/blocks/seal-client.ts'
import type { BuiltRun } from '../../src/store/blocks/seal-work.ts'
import { createStoreRun } from '../../src/store/blocks/store-run.ts'
import { PLAIN_EVENT } from './any-segment-events.ts'
import { createBlockFile } from './block-file.ts'

const file = createBlockFile()
const db = new Database(file.path, { readonly: true })
const seals = createSealClient({ path: file.path })
const EVENTS = 5_000

afterAll(async () => {
  await seals.stop()
  db.close()
  file.remove()
})

beforeEach(() => {
  file.clear()
  for (let first = 1; first <= EVENTS; first += 500) {
    file.append(
      Array.from({ length: 500 }, (_, i) => ({
        ...PLAIN_EVENT,
        number: first + i,
        userId: `user ${(first + i) % 3_000}`,
        ...(i % 2 === 0 ? {} : { lane: 0, seq: 0, eventId: randomUUID(), key: `key ${first + i}` }),
        metadata: JSON.stringify({ text: randomUUID().repeat(8) }),
      })),
    )
  }
})

test('What the sealing thread makes comes whole', async () => {
  const wish = { minWeight: EVENTS, upTo: Number.MAX_SAFE_INTEGER }
  const { users, ...sealed } = await seals.seal(wish)
  const { users: made, ...expected } = createSealBlocks(db)(wish)
  expect(sealed).toEqual(structuredClone(expected))
  expect(users.length).toBe(3_000)
  expect([...users.slice(0, 700), ...users.slice(700, 4_000)]).toEqual(made)
  expect(sealed.run?.keys).toBe(EVENTS / 2)
  file.addUsers(made)
  const id = file.switchOn(sealed.segment)

  expect(await seals.rewrite(id)).toEqual({ kind: 'clean', erasedTo: 0 })
  expect(await seals.unusedUsers(0, 1)).toEqual({ ids: new Uint32Array(0), last: 1 })
  expect(await seals.unusedUsers(3_001, 1)).toEqual({ ids: new Uint32Array(0), last: undefined })
  file.erase({ project: 1, upTo: EVENTS, before: null, userId: 'user 8' })
  const rewritten = await seals.rewrite(id)
  expect(rewritten).toEqual(structuredClone(createRewriteSegment(db)(id)))
  expect(rewritten).toMatchObject({ kind: 'rewritten', segment: { events: EVENTS - 2 }, run: { keys: 2 } })
})

test('Runs are merged on the sealing thread, and the write-ahead log is written back there', async () => {
  const upTo = Number.MAX_SAFE_INTEGER
  const storeRun = createStoreRun(file.db)
  for (const minWeight of [2_000, 3_000]) {
    const { segment, users, run } = await seals.seal({ minWeight, upTo })
    file.addUsers(users.slice(0, users.length))
    file.switchOn(segment)
    storeRun(run as BuiltRun)
  }
  const ids = file.db.prepare('SELECT id FROM key_run').pluck().all() as number[]
  expect(ids.length).toBe(2)
  const merged = await seals.mergeRuns(ids)
  expect(merged).toMatchObject({ first: 1, last: EVENTS, keys: EVENTS / 2 })
  expect(merged).toEqual(structuredClone(createMergeRuns(db)(ids)))

  expect(await seals.checkpoint(0)).toBe(true)
  const [{ log, checkpointed }] = file.db.pragma('wal_checkpoint(PASSIVE)') as [{ log: number; checkpointed: number }]
  expect(checkpointed).toBe(log)
})

test('Queries are answered by a thread of their own, and the file stands alone when all are closed', async () => {
  const own = createBlockFile()
  const project = randomUUID()
  own.db.prepare("INSERT INTO project (uuid, name, created_at) VALUES (?, 'test', 0)").run(project)
  own.append(['ada', 'bob', 'ada'].map((userId, i) => ({ ...PLAIN_EVENT, number: i + 1, userId })))
  const asked = createQueryClient({ path: own.path, columnBytes: 1e6, userTextBytes: 1e6, pieceEvents: 100 })
  const sealing = createSealClient({ path: own.path })
  const layout = own.db.prepare('SELECT layout FROM storage').pluck().get()
  expect(await asked.countErased(project, { kind: 'user', userId: 'ada' })).toEqual({
    layout,
    lastNumber: 3,
    events: 2,
  })
  await expect(asked.countErased('nobody', { kind: 'user', userId: 'ada' })).rejects.toThrow('No project nobody')
  expect(await sealing.unusedUsers(0, 1)).toEqual({ ids: new Uint32Array(0), last: undefined })
  await Promise.all([asked.stop(), sealing.stop()])
  own.db.close()
  expect(existsSync(`${own.path}-wal`)).toBe(false)
  own.remove()
})
