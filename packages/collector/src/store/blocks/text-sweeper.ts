import type { Database } from 'better-sqlite3'
import type { SealWork } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'

/** Users for whom all segments are looked at together. */
const USERS_A_PIECE = 262_144

/** Texts that one step deletes. */
const TEXTS_A_STEP = 250

/**
 * Deletes texts of users who have no events any more, once after each erasure by time, when nothing is hidden in blocks and segments. Does
 * one piece, and resolves with whether there was one. To be called where nobody seals meanwhile: a user could come back.
 */
export function createTextSweeper(db: Database, steps: SmallSteps, work: () => SealWork): () => Promise<boolean> {
  const statements = prepareStatements(db)
  let sweep = { erasure: 0, after: 0 }
  return async () => {
    const erasure = statements.lastErasure.get() as number
    if (erasure <= (statements.swept.get() as number)) return false
    if (sweep.erasure !== erasure) sweep = { erasure, after: 0 }
    const { ids, last } = await work().unusedUsers(sweep.after, USERS_A_PIECE)
    if (last === undefined) {
      await steps.take('texts are swept', () => statements.setSwept.run(erasure))
      return true
    }
    for (let from = 0; from < ids.length; from += TEXTS_A_STEP) {
      const some = ids.subarray(from, from + TEXTS_A_STEP)
      await steps.take('texts of users', () => {
        for (const id of some) statements.remove.run(id)
      })
    }
    sweep.after = last
    return true
  }
}

function prepareStatements(db: Database) {
  return {
    lastErasure: db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM erasure WHERE before IS NOT NULL').pluck(),
    swept: db.prepare<[], number>('SELECT swept FROM storage').pluck(),
    setSwept: db.prepare<[number]>('UPDATE storage SET swept = ?'),
    remove: db.prepare<[number]>('DELETE FROM user_text WHERE id = ?'),
  }
}
