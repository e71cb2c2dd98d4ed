import type { Database } from 'better-sqlite3'
import type { BlockRows } from './block-rows.ts'
import { createBlockWriter } from './block-writer.ts'
import { NEVER_RELEASED, newClaimKey, readClaimed } from './claim-key.ts'
import { decodeBlock } from './decode-block.ts'
import { createReadErasures } from './erasures.ts'
import { eventOfRow } from './event-of-row.ts'
import { loadKeptSeconds } from './kept-seconds.ts'
import { createKeyRunBuilder } from './key-run.ts'
import type { BuiltRun } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'
import { createStoreRun } from './store-run.ts'

/** Bytes of blocks that one step looks at, save one that is larger. */
const STEP_BYTES = 128 * 1024

/** Takes what erasures hide out of blocks that are not sealed yet. One call at a time. */
export interface TailCleaner {
  /** Whether erasures of a project's users may still hide something in the tail. */
  hidesUsers(project: number): boolean
  /** Looks at some blocks. Whether it had anything to look at. */
  clean(): Promise<boolean>
}

interface TailBlock {
  readonly first: number
  readonly body: Buffer
}

interface HiddenRows {
  readonly first: number
  readonly rows: BlockRows
  readonly kept: Uint32Array
}

export function createTailCleaner(db: Database, steps: SmallSteps): TailCleaner {
  const lastErasure = db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM erasure').pluck()
  const ofUsers = db
    .prepare<[number, number], number>(
      `SELECT 1 FROM erasure WHERE project = ? AND id > ? AND user_id IS NOT NULL
         AND up_to > (SELECT sealed_to FROM storage) LIMIT 1`,
    )
    .pluck()
  const select = db.prepare<[number], TailBlock>(
    `SELECT first, body FROM block WHERE first > max(?, (SELECT sealed_to FROM storage))
       AND first <= (SELECT max(up_to) FROM erasure) ORDER BY first`,
  )
  const readErasures = createReadErasures(db)
  const rewrite = createRewrite(db)
  const state = { cleanedTo: 0, target: 0, after: 0 }

  /** The next block that something is hidden in, or how the look ended without one. */
  function lookOn(): HiddenRows | 'more' | 'done' {
    const { keptRows } = readErasures()
    let bytes = 0
    for (const { first, body } of select.iterate(state.after)) {
      const rows = decodeBlock(first, body)
      const kept = keptRows(rows)
      state.after = first
      if (kept !== undefined) return { first, rows, kept }
      bytes += body.length
      if (bytes >= STEP_BYTES) return 'more'
    }
    return 'done'
  }

  return {
    hidesUsers: (project) => ofUsers.get(project, state.cleanedTo) !== undefined,
    async clean() {
      const target = lastErasure.get() as number
      if (target <= state.cleanedTo) return false
      if (target !== state.target) Object.assign(state, { target, after: 0 })
      await steps.take('clean the tail', () => {
        const found = lookOn()
        if (found === 'done') state.cleanedTo = target
        else if (found !== 'more') rewrite(found)
      })
      return true
    },
  }
}

/** Puts a block with the kept rows in the place of one. */
function createRewrite(db: Database) {
  const remove = db.prepare<[number]>('DELETE FROM block WHERE first = ?')
  const keepNumber = db.prepare<[number]>('UPDATE event_number SET highest_deleted = max(highest_deleted, ?)')
  const grow = db.prepare('UPDATE storage SET layout = layout + 1')
  const write = createBlockWriter(db)
  const storeRun = createStoreRun(db)
  return ({ first, rows, kept }: HiddenRows): void => {
    const run = keysOfErasedUsers(db, rows, new Set(kept))
    if (run !== undefined) storeRun(run)
    remove.run(first)
    if (kept.length > 0) write(Array.from(kept, (row) => eventOfRow(rows, row)))
    keepNumber.run(rows.numbers.at(-1) as number)
    grow.run()
  }
}

function keysOfErasedUsers(db: Database, rows: BlockRows, kept: ReadonlySet<number>): BuiltRun | undefined {
  const { claims, numbers, projects, times, users } = rows
  const keptSeconds = loadKeptSeconds(db)
  const keys = createKeyRunBuilder()
  const key = newClaimKey()
  for (let row = 0; row < rows.length; row++) {
    if (claims.length(row) === 0 || kept.has(row)) continue
    const [project, place] = [projects[row] as number, users.places[row] as number]
    const userId = place === 0 ? null : (users.texts[place] as string)
    const event = { project, number: numbers[row] as number, timeMs: times[row] as number, userId }
    if (keptSeconds(event) !== NEVER_RELEASED) continue
    readClaimed(key, project, claims, row)
    keys.add(key, NEVER_RELEASED)
  }
  return keys.build(numbers[0] as number, numbers.at(-1) as number)
}
