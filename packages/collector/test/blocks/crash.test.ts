import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { startNodeChild } from '@truecount/testkit'
import type { Database } from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { examineBlocks } from '../../src/store/blocks/examine-blocks.ts'
import { openRowStore } from '../plain-rows/open-row-store.ts'
import { createSqliteBooks } from '../../src/store/sqlite/sqlite-books.ts'
import { temporaryFolder } from '../start-test-app.ts'
import { createProject, play, PROJECT } from './crash-scenario.ts'
import { openTestBlocks } from './open-test-blocks.ts'
import { leftoversIn, storedIn } from './stored-in.ts'

const CHILD = new URL('crash-child.ts', import.meta.url).pathname

/** Longer than any lease. */
const LEASE_OVER_MS = 60_000

/** Steps of moving rows, which are at the begin of any file's life. */
const OF_ROWS = /^(drop|move) /

/** Children at a time. */
const ABREAST = 2

const folder = temporaryFolder()
afterAll(() => folder.remove())

/** What steps there are: each is a place where a process can end. */
async function stepsOf(path: string): Promise<readonly string[]> {
  const child = startNodeChild(CHILD, { args: [path, `${path}.journal`, 'nowhere'] })
  const { code } = await child.exited
  expect({ code, output: code === 0 ? '' : child.output() }).toEqual({ code: 0, output: '' })
  return [...new Set(child.output().split('\n'))].filter((name) => name !== '')
}

/** Ends a process at a step, then goes on as the next process would. */
async function surviveAt(path: string, step: string) {
  const child = startNodeChild(CHILD, { args: [path, `${path}.journal`, step] })
  expect({ step, ...(await child.exited) }).toEqual({ step, code: null, signal: 'SIGKILL' })
  return goOn(path)
}

async function goOn(path: string) {
  const blocks = await openTestBlocks(path, { now: () => Date.now() + LEASE_OVER_MS })
  createProject(blocks.db)
  const wrongAtOnce = wrongIn(blocks.db)
  await play({ ...blocks.file }, blocks.file.sealAll, `${path}.journal`)
  while (await blocks.file.eraser.reclaim());
  const { captured, stored, deleted, missing } = await createSqliteBooks(blocks.db).books(PROJECT)
  const left = {
    wrong: [...wrongAtOnce, ...wrongIn(blocks.db), ...blocks.errors, ...leftoversIn(blocks.db)],
    events: storedIn(blocks.db),
    books: { captured, stored, deleted, missing },
  }
  await blocks.close()
  return left
}

function wrongIn(db: Database): unknown[] {
  return examineBlocks(db).findings.filter(({ problem }) => problem !== null)
}

async function expectSurvival(steps: readonly string[], newPath: (step: string) => string, expected: unknown) {
  const waiting = [...steps]
  const survive = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      expect({ step, ...(await surviveAt(newPath(step), step)) }).toEqual({ step, ...(expected as object) })
    }
  }
  await Promise.all(Array.from({ length: ABREAST }, survive))
}

test('A process that ends at any step of committing, sealing, deleting or reclaiming loses nothing, doubles nothing, and leaves a sound file', async () => {
  const unharmed = join(folder.path, 'unharmed.db')
  const steps = await stepsOf(unharmed)
  expect(steps).toEqual(
    expect.arrayContaining([
      'ingest, not committed',
      'switch, not committed',
      'replace a segment, committed',
      'clean the tail, committed',
    ]),
  )
  const expected = await goOn(unharmed)
  expect(expected).toMatchObject({ wrong: [], books: { captured: 78, stored: 78, missing: 0 } })
  const others = steps.filter((step) => !OF_ROWS.test(step))
  await expectSurvival(others, (step) => join(folder.path, `${step}.db`), expected)
}, 180_000)

test('A process that ends at any step of moving rows into blocks loses nothing and doubles nothing', async () => {
  const rows = join(folder.path, 'rows.db')
  const store = openRowStore(rows, 'process')
  await store.projects.create({ id: PROJECT, name: '', allowedOrigins: null, createdAtMs: 0 })
  await play(store, () => Promise.resolve(), `${rows}.journal`)
  await store.close()
  const newPath = (step: string) => {
    const path = join(folder.path, `rows ${step}.db`)
    for (const end of ['', '.journal']) copyFileSync(`${rows}${end}`, `${path}${end}`)
    return path
  }
  const unharmed = newPath('unharmed')
  const steps = await stepsOf(unharmed)
  expect(steps).toEqual(
    expect.arrayContaining(['move rows, committed', 'move keys, committed', 'drop rows, committed']),
  )
  const expected = await goOn(unharmed)
  expect(expected).toMatchObject({ wrong: [], books: { captured: 78, stored: 78, missing: 0 } })
  const ofRows = steps.filter((step) => OF_ROWS.test(step))
  await expectSurvival(ofRows, newPath, expected)
}, 120_000)
