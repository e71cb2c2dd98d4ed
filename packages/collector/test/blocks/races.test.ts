import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { examineBlocks } from '../../src/store/blocks/examine-blocks.ts'
import { createSealLease } from '../../src/store/blocks/seal-lease.ts'
import { temporaryFolder } from '../start-test-app.ts'
import { checkEvent } from '../../src/ingest/ledger-entry.ts'
import { createProject, ingest, PROJECT } from './crash-scenario.ts'
import { type Asked, openTestBlocks, type TestBlocks } from './open-test-blocks.ts'
import { storedIn } from './stored-in.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
let files = 0
const newPath = () => join(folder.path, `${++files}.db`)

const numbersOf = ({ db }: TestBlocks) => storedIn(db).map(({ number }) => number)
const wrongIn = ({ db }: TestBlocks) => examineBlocks(db).findings.filter(({ problem }) => problem !== null)

test('An erasure that was counted before the events of a segment came is not hidden in the segment, nor the segment by it', async () => {
  let counted: (() => void) | undefined
  let isHeld = true
  const built: (() => void)[] = []
  const wrap = ({ work, count }: Asked): Asked => ({
    // Counts, and answers only when a segment with later events is built.
    count: async (...wish) => {
      const answer = await count(...wish)
      counted?.()
      if (isHeld) await new Promise<void>((resolve) => built.push(resolve))
      return answer
    },
    work: {
      ...work,
      seal: async (wish) => {
        const sealed = await work.seal(wish)
        for (const resolve of built.splice(0)) resolve()
        if (isHeld) await erased
        isHeld = false
        return sealed
      },
    },
  })
  const blocks = await openTestBlocks(newPath(), { wrap })
  createProject(blocks.db)
  const isCounted = new Promise<void>((resolve) => (counted = resolve))
  // Another process keeps this one from sealing for a while.
  blocks.db.exec(`UPDATE storage SET sealer_until = ${Date.now() + 20_000}, sealer = 'somebody'`)
  // One event of the user before the count, and two after it, which make the segment whole.
  await ingest(2, 3)(blocks.file)
  const erased = blocks.file.eraser.eraseUser(PROJECT, 'user-1')
  await isCounted
  await ingest(5)(blocks.file)
  blocks.db.exec(`UPDATE storage SET sealer = ''`)
  await blocks.file.sealAll()
  expect(await erased).toBe(1)
  await blocks.file.sealAll()
  expect(blocks.db.prepare('SELECT count(*) FROM segment').pluck().get()).toBeGreaterThan(0)
  while (await blocks.file.eraser.reclaim());
  const users = storedIn(blocks.db).map(({ number, userId }) => [number, userId])
  expect(users.filter(([, user]) => user === 'user-1')).toEqual([
    [6, 'user-1'],
    [9, 'user-1'],
  ])
  expect(users).toHaveLength(8)
  expect(wrongIn(blocks)).toEqual([])
  await blocks.close()
})

test('Events are counted again for an erasure when a segment was switched on meanwhile', async () => {
  let between = async () => {}
  const wrap = ({ work, count }: Asked): Asked => ({
    work,
    count: async (...wish) => {
      const answer = await count(...wish)
      const run = between
      between = async () => {}
      await run()
      return answer
    },
  })
  const blocks = await openTestBlocks(newPath(), { wrap })
  createProject(blocks.db)
  await ingest(2)(blocks.file)
  between = async () => {
    await ingest(8)(blocks.file)
    await blocks.file.sealAll()
  }
  expect(await blocks.file.eraser.eraseBefore(PROJECT, 1e12)).toBe(12)
  expect(numbersOf(blocks)).toEqual([])
  expect(wrongIn(blocks)).toEqual([])
  await blocks.close()
})

test('Two processes that ingest by turns know each other’s keys, numbers and segments, and one of them seals', async () => {
  const path = newPath()
  const one = await openTestBlocks(path)
  createProject(one.db)
  const other = await openTestBlocks(path)
  for (const from of [2, 8, 14, 20]) {
    await ingest(from)(one.file)
    await ingest(from)(other.file)
    await ingest(from + 100)(other.file)
    await one.file.sealAll()
    await ingest(from + 100)(one.file)
  }
  expect(numbersOf(one)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1))
  expect(await other.file.eraser.eraseBefore(PROJECT, 8_000)).toBe(6)
  const again = (await ingest(2)(one.file)) as { readonly verdicts: unknown }
  // Keys of events outside a lane are free again; numbers of a lane are not.
  expect(again.verdicts).toEqual([['duplicate', 'stored', 'duplicate', 'stored', 'duplicate', 'stored']])
  expect(wrongIn(other)).toEqual([])
  await one.close()
  await other.close()
})

test('Who seals is not taken over from by a process that read the clock before it, but by one that finds the clock set back', async () => {
  const blocks = await openTestBlocks(newPath())
  const at = (name: string, now: number) => createSealLease(blocks.db, name, () => now)
  expect(at('one', 100_001).take()).toBe(true)
  expect(at('other', 100_000).take()).toBe(false)
  expect(at('one', 100_002).renew()).toBe(true)
  expect(at('other', 10_000).take()).toBe(true)
  await blocks.close()
})

test('Events that are large make a segment when they are fewer: it is held in memory', async () => {
  const blocks = await openTestBlocks(newPath())
  createProject(blocks.db)
  const arrival = { projectId: PROJECT, nowMs: 0, randomBytes: (size: number) => new Uint8Array(size) }
  const take = async (userId: string) => {
    const entries = [checkEvent({ event_name: 'a', user_id: userId, idempotency_key: userId.slice(0, 1) }, arrival)]
    await blocks.file.ledger.ingest([{ projectId: PROJECT, entries }], () => [])
    await blocks.file.sealAll()
  }
  const segments = () => blocks.db.prepare<[], number>('SELECT events FROM segment').pluck().all()
  // Whole with the weight of six: of which these have two each.
  for (const userId of ['a', 'b']) await take(userId.repeat(1_024))
  expect(segments()).toEqual([])
  await take('c'.repeat(1_024))
  expect(segments()).toEqual([3])
  for (const userId of ['d', 'e', 'f', 'g', 'h']) await take(userId)
  expect(segments()).toEqual([3])
  await take('i')
  expect(segments()).toEqual([3, 6])
  await blocks.close()
})
