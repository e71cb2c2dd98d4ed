import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { createQueries } from '../../src/store/blocks/queries.ts'
import { examineBlocks } from '../../src/store/blocks/examine-blocks.ts'
import { openEventExport } from '../../src/store/blocks/event-export.ts'
import { createSqliteProjects } from '../../src/store/sqlite/sqlite-projects.ts'
import { openRowStore } from '../plain-rows/open-row-store.ts'
import { temporaryFolder } from '../start-test-app.ts'
import type { AskedStore } from './asked-store.ts'
import { openTestBlocks, type TestBlocks } from './open-test-blocks.ts'
import { exportRows } from './export-rows.ts'

/** The same projects on plain rows, the oracle, and on blocks. */
export interface TwoStores {
  /** Does something to both, or asks both: they must agree. */
  same(run: (store: AskedStore) => unknown): Promise<void>
  /** Keys outside a lane bear a generation: a key that was released may be claimed a second longer by blocks. */
  generation(): number
  nextGeneration(): void
  seal(): Promise<void>
  reclaim(): Promise<void>
  /** Ends the use of the blocks, and opens them again. */
  reopen(): Promise<void>
  /** Goes on with what a killed process would have left. */
  kill(): Promise<void>
  examine(): Promise<void>
  export(): Promise<void>
  remove(): Promise<void>
}

export async function openTwoStores(projectIds: readonly string[]): Promise<TwoStores> {
  const folder = temporaryFolder()
  const rows = openRowStore(join(folder.path, 'rows.db'), 'process')
  let path = join(folder.path, 'blocks-0.db')
  let blocks = await openBlocks(path)
  for (const id of projectIds) {
    const project = { id, name: '', allowedOrigins: null, createdAtMs: 0 }
    await rows.projects.create(project)
    await createSqliteProjects(blocks.test.db).create(project)
  }
  let generation = 0
  let copies = 0

  return {
    async same(run) {
      const wanted = await run(rows)
      expect(await run(blocks.store)).toEqual(wanted)
    },
    generation: () => generation,
    nextGeneration: () => void (generation += 1),
    async seal() {
      await blocks.test.file.sealAll()
    },
    async reclaim() {
      await blocks.test.file.eraser.reclaim()
    },
    async reopen() {
      await blocks.close()
      blocks = await openBlocks(path)
    },
    async kill() {
      const copy = join(folder.path, `blocks-${++copies}.db`)
      for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end)
      await blocks.close()
      path = copy
      blocks = await openBlocks(path)
    },
    async examine() {
      const { findings } = examineBlocks(blocks.test.db)
      expect(findings.filter(({ problem }) => problem !== null)).toEqual([])
    },
    async export() {
      const db = new Database(path, { readonly: true })
      try {
        const events = openEventExport(db, undefined)
        const lines: string[] = []
        for (let some = events.next(); some.length > 0; some = events.next()) lines.push(...some)
        const wanted = exportRows(join(folder.path, 'rows.db'))
        expect({ lines, total: events.total }).toEqual({ lines: wanted, total: wanted.length })
      } finally {
        db.close()
      }
    },
    async remove() {
      await blocks.close()
      await rows.close()
      folder.remove()
    },
  }
}

interface OpenBlocks {
  readonly test: TestBlocks
  readonly store: AskedStore
  close(): Promise<void>
}

/** Pieces of the tail, memory for columns and segments are small, so that few events meet all of them. */
async function openBlocks(path: string): Promise<OpenBlocks> {
  const test = await openTestBlocks(path)
  const db = new Database(path, { readonly: true })
  const queries = createQueries(db, { columnBytes: 2_000, userTextBytes: 100, pieceEvents: 5 })
  return {
    test,
    store: {
      ...test.file,
      analytics: queries,
      books: queries,
      eventList: queries,
      eventPages: queries,
      eventStats: queries,
    },
    async close() {
      expect(test.errors).toEqual([])
      db.close()
      await test.close()
    },
  }
}
