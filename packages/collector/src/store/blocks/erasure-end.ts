import type { Database } from 'better-sqlite3'
import { createEraseDeliveries } from './erase-deliveries.ts'
import type { SealWork } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'
import { userHash } from './user-hash.ts'

/** Pages given back in one step. */
const STEP_PAGES = 64

/** Free pages that the next blocks and segments will soon be written into; more than that are given back in any case. */
const KEPT_PAGES = 32_768

interface DeliveriesLeft {
  readonly id: number
  readonly project: number
  readonly before: number | null
  readonly userId: string | null
  readonly to: number
  readonly upTo: number
}

interface ErasedUser {
  readonly id: number
  readonly project: number
  readonly userId: string
}

/** What is left of erasures when nothing that they hide is in blocks and segments any more. One call at a time. */
export interface ErasureEnd {
  /** Each does one piece, and resolves with whether there was one. */
  deleteDeliveries(): Promise<boolean>
  /** Of the users who were erased and have no new events. */
  deleteUserTexts(): Promise<boolean>
  /** After an erasure all of them: nothing that was deleted may stay in a free page. */
  giveBackPages(): Promise<boolean>
  /** Those of users, for whom all of that is done. One by time stays until a later one covers it: released keys are told by it. */
  forgetErasures(): Promise<boolean>
}

export function createErasureEnd(db: Database, steps: SmallSteps, work: () => SealWork): ErasureEnd {
  const statements = prepareStatements(db)
  const eraseDeliveries = createEraseDeliveries(db)
  const freePages = () => db.pragma('freelist_count', { simple: true }) as number
  /** Erasures up to these are done with. */
  const done = { texts: 0, pages: 0 }

  async function textOf({ project, userId }: ErasedUser): Promise<number | undefined> {
    const id = statements.findText.get(userHash(project, userId), project, userId)
    return id === undefined ? undefined : (await work().unusedUsers(id - 1, 1)).ids[0]
  }

  return {
    async deleteDeliveries() {
      const left = statements.deliveriesLeft.get()
      if (left === undefined) return false
      await steps.take('deliveries of an erasure', () => {
        if (!eraseDeliveries(left)) statements.deliveriesDone.run(left.id)
      })
      return true
    },
    async deleteUserTexts() {
      const erased = statements.nextUser.get(done.texts)
      if (erased === undefined) return false
      const text = await textOf(erased)
      if (text !== undefined) await steps.take('text of a user', () => statements.deleteText.run(text))
      done.texts = erased.id
      return true
    },
    async giveBackPages() {
      const last = statements.last.get() as number
      if (last <= done.pages && freePages() <= KEPT_PAGES) return false
      await steps.take('give pages back', () => {
        const free = freePages()
        if (free > 0) db.pragma(`incremental_vacuum(${STEP_PAGES})`)
        // A file made without incremental vacuum keeps its free pages, and writes into them.
        if (freePages() === 0 || freePages() >= free) done.pages = last
      })
      return true
    },
    async forgetErasures() {
      if (statements.ended.get(done.pages) === undefined) return false
      await steps.take('forget erasures', () => {
        statements.forget.run(done.pages)
        statements.grow.run()
      })
      return true
    },
  }
}

function prepareStatements(db: Database) {
  const ended = 'FROM erasure WHERE user_id IS NOT NULL AND id <= ?'
  return {
    deliveriesLeft: db.prepare<[], DeliveriesLeft>(
      `SELECT id, project, before, user_id AS userId, deliveries_to AS "to", up_to AS upTo FROM erasure
       WHERE deliveries_to IS NOT NULL ORDER BY id LIMIT 1`,
    ),
    deliveriesDone: db.prepare<[number]>('UPDATE erasure SET deliveries_to = NULL WHERE id = ?'),
    nextUser: db.prepare<[number], ErasedUser>(
      'SELECT id, project, user_id AS userId FROM erasure WHERE user_id IS NOT NULL AND id > ? ORDER BY id LIMIT 1',
    ),
    findText: db
      .prepare<[number, number, string], number>('SELECT id FROM user_text WHERE hash = ? AND project = ? AND text = ?')
      .pluck(),
    deleteText: db.prepare<[number]>('DELETE FROM user_text WHERE id = ?'),
    last: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM erasure').pluck(),
    ended: db.prepare<[number], number>(`SELECT 1 ${ended} LIMIT 1`).pluck(),
    forget: db.prepare<[number]>(`DELETE ${ended}`),
    grow: db.prepare('UPDATE storage SET layout = layout + 1'),
  }
}
