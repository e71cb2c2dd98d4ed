import type { Database } from 'better-sqlite3'
import { BLOCK_WEIGHT } from './block-weight.ts'
import { createLayout } from './layout.ts'
import type { SealWish, SealWork } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'
import { createPartStore } from './store-parts.ts'

/** Of the blocks that one transaction deletes, save one that is larger. */
const STEP_BYTES = 256 * 1024
const STEP_BLOCKS = 64

export interface SealerParts {
  readonly db: Database
  readonly steps: SmallSteps
  readonly work: () => SealWork
}

/** Makes segments of blocks. One call at a time, of a process that has the lease. */
export interface Sealer {
  /**
   * Makes a segment of the first blocks, of at least `minWeight` or of all up to number `upTo`. Whether it did: not where there
   * are none, or where an erasure came in between.
   */
  seal(wish: SealWish): Promise<boolean>
  /** Weight of the blocks that are not sealed. */
  unsealed(): number
  /** Deletes some of the blocks that are sealed. Whether there may be more. */
  deleteDead(): Promise<boolean>
}

export function createSealer({ db, steps, work }: SealerParts): Sealer {
  const parts = createPartStore(db, steps)
  const layout = createLayout(db)
  const statements = prepareStatements(db)

  async function deleteDead(): Promise<boolean> {
    if (statements.dead.get() === undefined) return false
    return steps.take('dead blocks', () => {
      let bytes = 0
      for (const block of statements.deadBlocks.all()) {
        if (bytes > 0 && bytes + block.bytes > STEP_BYTES) break
        statements.remove.run(block.first)
        bytes += block.bytes
      }
      return true
    })
  }

  return {
    async seal(wish) {
      const sealedTo = statements.sealedTo.get() as number
      if (statements.unsealed.get() === 0) return false
      const { segment, users, run } = await work().seal(wish)
      await parts.storeUsers(users)
      const segmentId = await parts.storeParts('segment', segment.parts)
      const storedRun = run && { id: await parts.storeParts('run', run.parts), built: run }
      const outcome = await steps.take('switch', () =>
        layout.seal(sealedTo, { id: segmentId, built: segment }, storedRun),
      )
      return outcome === 'sealed'
    },
    unsealed: () => statements.unsealed.get() as number,
    deleteDead,
  }
}

function prepareStatements(db: Database) {
  // Whole blocks are sealed. By `first`, which is the key of the table: the blocks after them are not gone through.
  const dead = 'FROM block WHERE first <= (SELECT sealed_to FROM storage) ORDER BY first'
  return {
    sealedTo: db.prepare<[], number>('SELECT sealed_to FROM storage').pluck(),
    unsealed: db
      .prepare<[], number>(
        `SELECT coalesce(sum(${BLOCK_WEIGHT}), 0) FROM block WHERE first > (SELECT sealed_to FROM storage)`,
      )
      .pluck(),
    dead: db.prepare<[], number>(`SELECT first ${dead} LIMIT 1`).pluck(),
    deadBlocks: db.prepare<[], { first: number; bytes: number }>(
      `SELECT first, length(body) AS bytes ${dead} LIMIT ${STEP_BLOCKS}`,
    ),
    remove: db.prepare<[number]>('DELETE FROM block WHERE first = ?'),
  }
}
