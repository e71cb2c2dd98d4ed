import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { setImmediate as afterTurn, setTimeout as wait } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { type BlockFile, openBlockFile } from '../../src/store/blocks/block-file.ts'
import type { FaultPoint } from '../../src/store/blocks/small-steps.ts'
import { openDatabase } from '../../src/store/sqlite/open-database.ts'
import { openInThreadWork } from './in-thread-work.ts'

export interface TestBlocks {
  readonly db: Database
  readonly file: BlockFile
  /** What went wrong in the background. */
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

/** A file of blocks whose segments have some events, and whose workers are in this thread. */
export async function openTestBlocks(
  path: string,
  options: { readonly faultPoint?: FaultPoint; readonly now?: () => number } = {},
): Promise<TestBlocks> {
  const { faultPoint = () => undefined, now = Date.now } = options
  const db = openDatabase(path, 'process')
  const { work, count, close } = openInThreadWork(path)
  const errors: unknown[] = []
  const file = openBlockFile({
    db,
    count,
    now,
    faultPoint,
    wait,
    name: randomUUID(),
    work: () => work,
    segmentEvents: 6,
    walBytes: () => statSync(`${path}-wal`).size,
    monotonicMs: () => performance.now(),
    afterTurn: () => afterTurn(),
    onError: (error) => errors.push(error),
  })
  await file.migrate(() => undefined)
  return {
    db,
    file,
    errors,
    async close() {
      await file.stop()
      close()
      db.close()
    },
  }
}
