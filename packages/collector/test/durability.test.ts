import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '../src/store/sqlite/open-database.ts'
import { temporaryFolder } from './start-test-app.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

test.each([
  ['process', 1, 0],
  ['power', 2, 1],
] as const)('durability %s is set on the connection that writes', (durability, synchronous, fullfsync) => {
  const db = openDatabase(join(folder.path, `${durability}.db`), durability)
  const pragma = (name: string) => db.pragma(name, { simple: true })
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('fullfsync')]).toEqual(['wal', synchronous, fullfsync])
  db.close()
})
