import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { openTestStore } from './open-test-store.ts'
import { examineBlocks } from '../src/store/blocks/examine-blocks.ts'
import { FIRST_TABLES } from '../src/store/sqlite/migrations/0001-first-tables.ts'
import { MANAGEMENT } from '../src/store/sqlite/migrations/0002-management.ts'
import { KEYS_AND_DELETION } from '../src/store/sqlite/migrations/0003-keys-and-deletion.ts'
import { WEBHOOK_HEALTH } from '../src/store/sqlite/migrations/0004-webhook-health.ts'
import { COUNTING_RULES } from '../src/store/sqlite/migrations/0005-counting-rules.ts'
import { TALLIES_AND_USERS } from '../src/store/sqlite/migrations/0006-tallies-and-users.ts'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

test('A file that a newer program wrote is refused, untouched, in words', async () => {
  const path = join(folder.path, 'newer.db')
  const newer = new Database(path)
  newer.pragma('user_version = 999')
  newer.close()
  await expect(openTestStore(path)).rejects.toThrow(/newer truecount \(version 999, this program knows up to \d+\)/)
  const after = new Database(path)
  expect(after.pragma('user_version', { simple: true })).toBe(999)
  expect(after.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0)
  after.close()
})

test('A file that is no database is refused, untouched, in words', async () => {
  const path = join(folder.path, 'letter.txt')
  writeFileSync(path, 'Dear reader, '.repeat(100))
  await expect(openTestStore(path)).rejects.toThrow(/Cannot open the database .*letter\.txt/)
  expect(readFileSync(path, 'utf8')).toBe('Dear reader, '.repeat(100))
})

test('What was committed is there when the file is opened again', async () => {
  const path = join(folder.path, 'again.db')
  const first = await openTestStore(path, 'power')
  const project = { id: 'p', name: 'n', allowedOrigins: null, createdAtMs: 1 }
  await first.projects.create(project)
  await first.close()
  const second = await openTestStore(path)
  expect(await second.projects.first()).toEqual(project)
  await second.close()
})

test('A file of before the books were kept by the hour has the same books, and is proved by doctor', async () => {
  const path = join(folder.path, 'older.db')
  const older = new Database(path)
  const tables = [FIRST_TABLES, MANAGEMENT, KEYS_AND_DELETION, WEBHOOK_HEALTH, COUNTING_RULES, TALLIES_AND_USERS]
  for (const sql of tables) older.exec(sql)
  older.pragma('user_version = 6')
  older.exec(`
    INSERT INTO project (id, uuid, created_at, laneless_stored, laneless_duplicates, deleted) VALUES (1, 'p', 3600000, 3, 4, 3);
    INSERT INTO lane (id, project, lane, highest, stored, duplicates, rejected, dropped) VALUES
      (1, 1, 'a', 9, 5, 1, 2, 1), (2, 1, 'b', 2, 1, 0, 1, 5), (3, 1, 'c', 4, 1, 0, 0, 0);
    INSERT INTO lane_range VALUES (1, 1, 2), (1, 4, 5), (1, 9, 9), (2, 2, 2), (3, 4, 4);
    INSERT INTO lane_rejection VALUES (1, 3, 'invalid_request'), (1, 7, 'invalid_request'), (2, 1, 'invalid_request');
    INSERT INTO lane_drop VALUES (1, 'queue_full', 1), (2, 'other', 5);
    INSERT INTO claimed_key VALUES (zeroblob(16)), (x'00000000000000000000000000000001'), (x'00000000000000000000000000000002');`)
  const insert = older.prepare(
    `INSERT INTO event (project, event_id, event_name, ts, received_at, metadata, lane, seq, foreign_key)
     VALUES (1, ?, 'e', 0, ?, '{}', ?, ?, ?)`,
  )
  const inLanes = [
    [1, 2, 1],
    [1, 4, 2],
    [1, 5, 5],
    [1, 9, 9],
    [2, 2, 7],
    [3, 4, 8],
  ] as const
  for (const [lane, seq, hour] of inLanes)
    insert.run(Buffer.alloc(16, seq * 16 + lane), hour * 3_600_000, lane, seq, null)
  insert.run(Buffer.alloc(16), 5 * 3_600_000, null, null, 'k')
  older.close()

  const store = await openTestStore(path)
  const books = await store.books.books('p')
  expect(books).toEqual({
    lanes: 3,
    captured: 9 + 2 + 4 + 3,
    stored: 5 + 1 + 1 + 3,
    deleted: 3,
    duplicatesPrevented: 5,
    rejectedByReason: { invalid_request: 3 },
    droppedByReason: { queue_full: 1 },
    waiting: 0,
    missing: 1 + 0 + 3,
  })
  const late = await store.books.books('p', { fromMs: 7 * 3_600_000, toMs: 8 * 3_600_000 })
  expect(late).toMatchObject({ lanes: 2, captured: 9 + 2, stored: 5 + 1 })
  const lanes = await store.books.gappedLanes('p', { limit: 5 })
  expect(lanes.map(({ lane, gaps }) => [lane, gaps])).toEqual([
    ['c', [{ first: 1, last: 3 }]],
    [
      'a',
      [
        { first: 6, last: 6 },
        { first: 8, last: 8 },
      ],
    ],
  ])
  await store.close()
  const migrated = new Database(path, { readonly: true })
  const wrong = examineBlocks(migrated).findings.filter(({ problem }) => problem !== null)
  migrated.close()
  expect(wrong).toEqual([])
})
