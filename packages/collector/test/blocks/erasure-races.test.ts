import { join } from 'node:path'
import { setImmediate as afterTurn } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { checkEvent } from '../../src/ingest/ledger-entry.ts'
import { createSqliteWebhooks } from '../../src/store/sqlite/sqlite-webhooks.ts'
import { temporaryFolder } from '../start-test-app.ts'
import { createProject, PROJECT } from './crash-scenario.ts'
import { type Asked, openTestBlocks, type TestBlocks } from './open-test-blocks.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
let files = 0

const WEBHOOK = '0198f000-0000-7000-8000-000000000002'
const OLD = '2024-01-01T00:00:00Z'
const NEW_YEAR_2025 = Date.parse('2025-01-01')

/** A file of which `between` is done once after the first count of an erasure. */
async function openFile(between?: (blocks: TestBlocks) => Promise<unknown>): Promise<TestBlocks> {
  let run = between
  const wrap = ({ work, count }: Asked): Asked => ({
    work,
    count: async (...wish) => {
      const answer = await count(...wish)
      const once = run
      run = undefined
      await once?.(blocks)
      return answer
    },
  })
  const blocks = await openTestBlocks(join(folder.path, `${++files}.db`), { wrap })
  createProject(blocks.db)
  await createSqliteWebhooks(blocks.db).create({
    id: WEBHOOK,
    projectId: PROJECT,
    url: 'https://example.org',
    events: ['*'],
    secret: 'whsec_',
    enabled: true,
    createdAtMs: 0,
  })
  return blocks
}

/** An old event, with a delivery. What became of it. */
async function ingest({ file }: TestBlocks, userId: string, key: string, timestamp = OLD): Promise<string | undefined> {
  const event = { event_name: 'a', user_id: userId, idempotency_key: key, timestamp }
  const arrival = { projectId: PROJECT, nowMs: Date.parse(OLD), randomBytes: (size: number) => new Uint8Array(size) }
  const { verdicts } = await file.ledger.ingest(
    [{ projectId: PROJECT, entries: [checkEvent(event, arrival)] }],
    (_, fresh) =>
      fresh.map(({ eventId, timestampMs }) => ({
        deliveryId: `delivery of ${key}`,
        eventId,
        eventTimestampMs: timestampMs,
        userId,
        webhookId: WEBHOOK,
        document: '{}',
        dueAtMs: 0,
      })),
  )
  return verdicts[0]?.[0]
}

const deliveriesIn = ({ db }: TestBlocks) => db.prepare('SELECT uuid FROM delivery ORDER BY uuid').pluck().all()

test('A delivery is kept whose event came between the count of an erasure of its user and its commit', async () => {
  const blocks = await openFile((own) => ingest(own, 'ada', 'k2'))
  await ingest(blocks, 'ada', 'k1')
  expect(await blocks.file.eraser.eraseUser(PROJECT, 'ada')).toBe(1)
  expect(deliveriesIn(blocks)).toEqual(['delivery of k2'])
  await blocks.close()
})

test('A delivery is kept whose event came while the last of its user’s deliveries were being deleted', async () => {
  const blocks = await openFile()
  await ingest(blocks, 'ada', 'k1')
  const erasing = blocks.file.eraser.eraseUser(PROJECT, 'ada')
  while (deliveriesIn(blocks).length > 0) await afterTurn()
  await ingest(blocks, 'ada', 'k2')
  expect(await erasing).toBe(1)
  expect(deliveriesIn(blocks)).toEqual(['delivery of k2'])
  await blocks.close()
})

test('Erasing a user takes the deliveries of events, too, that were deleted by time and are out of the file', async () => {
  const blocks = await openFile()
  await ingest(blocks, 'bob', 'k1')
  await ingest(blocks, 'ada', 'k2')
  const { eraseBefore, eraseUser, reclaim } = blocks.file.eraser
  await eraseBefore(PROJECT, NEW_YEAR_2025)
  while (await reclaim());
  expect(deliveriesIn(blocks)).toEqual(['delivery of k1', 'delivery of k2'])
  await eraseUser(PROJECT, 'ada')
  expect(deliveriesIn(blocks)).toEqual(['delivery of k1'])
  await blocks.close()
})

test('A released key stays released when more is deleted by time after the last events are out of the file', async () => {
  const blocks = await openFile()
  await ingest(blocks, 'ada', 'k1', '2024-06-01T00:00:00Z')
  await ingest(blocks, 'ada', 'k2')
  const { eraseBefore, reclaim } = blocks.file.eraser
  expect(await eraseBefore(PROJECT, Date.parse('2024-02-01'))).toBe(1)
  while (await reclaim());
  expect(await eraseBefore(PROJECT, NEW_YEAR_2025)).toBe(1)
  expect(await ingest(blocks, 'ada', 'k2')).toBe('stored')
  await blocks.close()
})

test('Keys of a user stay claimed who is erased while events are deleted by time', async () => {
  const blocks = await openFile()
  await ingest(blocks, 'ada', 'k1')
  await ingest(blocks, 'bob', 'k2')
  const { eraseUser, eraseBefore } = blocks.file.eraser
  await Promise.all([eraseUser(PROJECT, 'ada'), eraseBefore(PROJECT, NEW_YEAR_2025)])
  expect(await ingest(blocks, 'ada', 'k1')).toBe('duplicate')
  expect(await ingest(blocks, 'bob', 'k2')).toBe('stored')
  await blocks.close()
})

test('Deleting by time waits for another process that takes an erased user out of the file', async () => {
  const blocks = await openFile()
  await ingest(blocks, 'ada', 'k1')
  await blocks.file.eraser.eraseUser(PROJECT, 'ada')
  blocks.db.exec(`UPDATE storage SET sealer = 'somebody', sealer_until = ${Date.now() + 20_000}`)
  const deleting = blocks.file.eraser.eraseBefore(PROJECT, NEW_YEAR_2025)
  expect(await ingest(blocks, 'ada', 'k1')).toBe('duplicate')
  await ingest(blocks, 'bob', 'k2')
  blocks.db.exec(`UPDATE storage SET sealer = ''`)
  // What came before it was deleted counts, too.
  expect(await deleting).toBe(1)
  expect(await ingest(blocks, 'ada', 'k1')).toBe('duplicate')
  await blocks.close()
})
