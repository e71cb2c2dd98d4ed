import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimDatabase } from '../src/store/sqlite/claim-database.ts'
import { runInProcess as run } from './run-in-process.ts'
import { startTestApp, temporaryFolder, type TestApp } from './start-test-app.ts'

const folder = temporaryFolder()
const below = (name: string) => join(folder.path, name)
const good = below('good.db')
let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.post('/api/v1/events', { event_name: 'a' })
  await run('backup', '--db', app.dbPath, '--to', good)
})
afterAll(async () => {
  await app.stop()
  folder.remove()
})

test('Restores nothing that doctor finds anything wrong with, and says what', async () => {
  const [spoiled, restored] = [below('spoiled.db'), below('restored.db')]
  const made = await run('restore', '--from', good, '--db', spoiled)
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/: 1 events, \d+ bytes, all of it examined\n$/) })
  const db = new Database(spoiled)
  db.exec("UPDATE block SET body = x'00'")
  db.close()
  const refused = await run('restore', '--from', spoiled, '--db', restored)
  const damage = `${spoiled} is damaged: every block and segment can be read: `
  const more = `, and more: truecount doctor --db ${spoiled} tells all\n`
  expect(refused).toEqual({ code: 1, out: '', err: expect.stringContaining(damage) })
  expect([refused.err.endsWith(more), refused.err.split('\n').length]).toEqual([true, 2])
  expect([existsSync(restored), existsSync(`${restored}.partial`)]).toEqual([false, false])
})

test('Restores also what only the write-ahead log of a file has that was moved away', async () => {
  const [moved, restored] = [below('moved.db'), below('from-moved.db')]
  await app.post('/api/v1/events', { event_name: 'b' })
  for (const suffix of ['', '-wal']) copyFileSync(app.dbPath + suffix, moved + suffix)
  const made = await run('restore', '--from', moved, '--db', restored)
  expect(made).toMatchObject({ code: 0, out: expect.stringContaining(': 2 events,') })
  const db = new Database(restored, { readonly: true })
  expect(db.prepare('SELECT sum(events) FROM block').pluck().get()).toBe(2)
  db.close()
})

test('Restores nothing where a collector runs, be its file moved away', async () => {
  const to = below('claimed.db')
  const claim = claimDatabase(to)
  const { code, err } = await run('restore', '--from', good, '--db', to)
  expect([code, err]).toEqual([1, expect.stringContaining(`Another collector runs on ${to}`)])
  expect(existsSync(to)).toBe(false)
  claim.release()
  expect((await run('restore', '--from', good, '--db', to)).code).toBe(0)
})

test('Backup and restore say in a line what can not be written', async () => {
  for (const to of [join(below('nowhere'), 'x.db'), join(good, 'x.db')]) {
    for (const [from, ...args] of [
      [app.dbPath, 'backup', '--db', app.dbPath, '--to', to],
      [good, 'restore', '--from', good, '--db', to],
    ] as const) {
      const { code, err } = await run(...args)
      expect([code, err.split('\n')]).toEqual([1, [expect.stringContaining(`Cannot copy ${from} to ${to}: `), '']])
    }
  }
})
