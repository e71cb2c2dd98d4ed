import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { setImmediate as afterTurn, setTimeout as wait } from 'node:timers/promises'
import type { Database } from 'better-sqlite3'
import { type BlockFile, openBlockFile } from '../../src/store/blocks/block-file.ts'
import type { FaultPoint } from '../../src/store/blocks/small-steps.ts'
import { openDatabase } from '../../src/store/sqlite/open-database.ts'
import type { BlockEraserParts } from '../../src/store/blocks/block-eraser.ts'
import type { SealWork } from '../../src/store/blocks/seal-work.ts'
import { openInThreadWork } from './in-thread-work.ts'

export interface TestBlocks {
  readonly db: Database
  readonly file: BlockFile
  /** What went wrong in the background. */
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

/** What is asked of other threads. */
export interface Asked {
  readonly work: SealWork
  readonly count: BlockEraserParts['count']
}

/** A file of blocks whose segments have some events, and whose workers are in this thread. */
export async function openTestBlocks(
  path: string,
  options: {
    readonly faultPoint?: FaultPoint
    readonly now?: () => number
    /** Puts something between the file and what it asks. */
    readonly wrap?: (asked: Asked) => Asked
  } = {},
): Promise<TestBlocks> {
  const { faultPoint = () => undefined, now = Date.now, wrap = (asked) => asked } = options
  const db = openDatabase(path, 'process')
  const { close, ...asked } = openInThreadWork(path)
  const { work, count } = wrap(asked)
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
