import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkEvent } from '../../src/ingest/ledger-entry.ts'
import { temporaryFolder } from '../start-test-app.ts'
import { createProject, ingest, PROJECT } from './crash-scenario.ts'
import { openTestBlocks, type TestBlocks } from './open-test-blocks.ts'
import { leftoversIn, storedIn } from './stored-in.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
let files = 0

const FAR_MS = 1e12

async function opened(): Promise<TestBlocks & { readonly path: string }> {
  const path = join(folder.path, `${++files}.db`)
  const blocks = await openTestBlocks(path)
  createProject(blocks.db)
  return { ...blocks, path }
}

async function send({ file }: TestBlocks, user: string, key: string) {
  const event = { event_name: 'a', user_id: user, timestamp: '1970-01-01T00:00:02Z', idempotency_key: key }
  const arrival = { projectId: PROJECT, nowMs: 9_000, randomBytes: (size: number) => new Uint8Array(size) }
  const { verdicts } = await file.ledger.ingest(
    [{ projectId: PROJECT, entries: [checkEvent(event, arrival)] }],
    () => [],
  )
  return verdicts[0]?.[0]
}

async function reclaimAll({ file }: TestBlocks): Promise<void> {
  while (await file.eraser.reclaim());
}

function isInFile({ db, path }: TestBlocks & { readonly path: string }, text: string): boolean {
  db.pragma('wal_checkpoint(TRUNCATE)')
  return readFileSync(path).includes(text)
}

describe.each([
  ['in blocks', 0],
  ['in a segment', 12],
])('A user who was erased %s', (_where, others) => {
  test.each([true, false])(
    'does not come back by a late repeat when later events are deleted by time (reclaimed first: %s)',
    async (reclaims) => {
      const blocks = await opened()
      await send(blocks, 'ada-lovelace', 'order-1')
      await send(blocks, 'someone', 'order-2')
      if (others > 0) await ingest(100, others)(blocks.file)
      await blocks.file.sealAll()
      expect(await blocks.file.eraser.eraseUser(PROJECT, 'ada-lovelace')).toBe(1)
      if (reclaims) await reclaimAll(blocks)
      expect(await blocks.file.eraser.eraseBefore(PROJECT, FAR_MS)).toBe(1 + others)
      expect(await send(blocks, 'ada-lovelace', 'order-1')).toBe('duplicate')
      await reclaimAll(blocks)
      expect(await send(blocks, 'ada-lovelace', 'order-1')).toBe('duplicate')
      // Of an event that was deleted by its time alone the key is free.
      expect(await send(blocks, 'someone', 'order-2')).toBe('stored')
      await blocks.close()
    },
  )

  test('leaves nothing in the file, and a user of the same name may come anew', async () => {
    const blocks = await opened()
    await send(blocks, 'ada-lovelace', 'order-1')
    await send(blocks, 'grace-hopper', 'order-2')
    if (others > 0) await ingest(100, others)(blocks.file)
    await blocks.file.sealAll()
    expect(isInFile(blocks, 'ada-lovelace')).toBe(true)
    for (const user of ['ada-lovelace', 'grace-hopper']) {
      expect(await blocks.file.eraser.eraseUser(PROJECT, user)).toBe(1)
    }
    await send(blocks, 'grace-hopper', 'order-3')
    if (others > 0) await ingest(200, others)(blocks.file)
    await blocks.file.sealAll()
    await reclaimAll(blocks)
    expect(['ada-lovelace', 'grace-hopper'].map((user) => isInFile(blocks, user))).toEqual([false, true])
    expect(leftoversIn(blocks.db)).toEqual([])
    expect(storedIn(blocks.db).filter(({ userId }) => userId === 'grace-hopper')).toHaveLength(1)
    await blocks.close()
  })
})

describe('What is deleted by time', () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString()
  async function take({ file }: TestBlocks, events: readonly { readonly user: string; readonly seconds: number }[]) {
    const entries = events.map(({ user, seconds }) =>
      checkEvent(
        { event_name: 'a', user_id: user, timestamp: at(seconds), idempotency_key: `of ${user}` },
        { projectId: PROJECT, nowMs: 9_000, randomBytes: (size) => new Uint8Array(size) },
      ),
    )
    const { verdicts } = await file.ledger.ingest([{ projectId: PROJECT, entries }], () => [])
    await file.sealAll()
    return verdicts[0]
  }
  const users = (from: number, seconds: number) =>
    Array.from({ length: 12 }, (_, i) => ({ user: `user-${from + i}@example.org`, seconds }))
  const runs = ({ db }: TestBlocks) => db.prepare<[], number>('SELECT keys FROM key_run').pluck().all()

  test('leaves no user in the file who has no other event, and every user who has', async () => {
    const blocks = await opened()
    await take(blocks, users(10, 1_000))
    await take(blocks, [...users(10, 5_000).slice(0, 1), ...users(50, 5_000)])
    expect(await blocks.file.eraser.eraseBefore(PROJECT, 2_000_000)).toBe(12)
    expect(isInFile(blocks, 'user-15@example.org')).toBe(true)
    await reclaimAll(blocks)
    expect(isInFile(blocks, 'user-15@example.org')).toBe(false)
    const texts = blocks.db.prepare<[], string>('SELECT text FROM user_text').pluck().all()
    expect(texts.toSorted()).toEqual(users(50, 0).map(({ user }) => user))
    await take(blocks, users(10, 6_000))
    expect(storedIn(blocks.db).filter(({ userId }) => userId === 'user-15@example.org')).toHaveLength(1)
    await blocks.close()
  })

  test('leaves no keys in the file but those that it did not release', async () => {
    const blocks = await opened()
    await take(blocks, users(10, 1_000))
    await take(blocks, users(50, 5_000))
    expect(runs(blocks)).toEqual([12, 12])
    await blocks.file.eraser.eraseBefore(PROJECT, 2_000_000)
    await reclaimAll(blocks)
    expect(runs(blocks)).toEqual([12])
    expect(new Set(await take(blocks, users(50, 5_000)))).toEqual(new Set(['duplicate']))
    expect(new Set(await take(blocks, users(10, 1_000)))).toEqual(new Set(['stored']))
    await blocks.close()
  })

  test('releases the keys of its last second, and none of an event that stays', async () => {
    const blocks = await opened()
    const [first, second] = [
      { user: 'ada', seconds: 1_999.5 },
      { user: 'bob', seconds: 2_000 },
    ]
    await take(blocks, [first, second])
    await blocks.file.eraser.eraseBefore(PROJECT, 2_000_000)
    expect(await take(blocks, [first, second])).toEqual(['stored', 'duplicate'])
    await blocks.file.eraser.eraseBefore(PROJECT, 1_999_600)
    expect(await take(blocks, [second])).toEqual(['duplicate'])
    await blocks.close()
  })
})
