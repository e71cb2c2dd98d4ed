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
