import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { openTestStore } from './open-test-store.ts'
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
