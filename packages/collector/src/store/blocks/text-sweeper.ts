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
    const ids = statements.ids.all(sweep.after)
    const [first] = ids
    if (first === undefined) {
      await steps.take('texts are swept', () => statements.setSwept.run(erasure))
      return true
    }
    const last = ids.at(-1) as number
    const used = await work().usedUsers(first, last - first + 1)
    const unused = ids.filter((id) => (((used[(id - first) >>> 5] as number) >>> ((id - first) & 31)) & 1) === 0)
    for (let from = 0; from < unused.length; from += TEXTS_A_STEP) {
      const some = unused.slice(from, from + TEXTS_A_STEP)
      await steps.take('texts of users', () => some.forEach((id) => statements.remove.run(id)))
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
    // Those from `next_user` on are of an attempt to seal that ended early.
    ids: db
      .prepare<[number], number>(
        `SELECT id FROM user_text WHERE id > ? AND id < (SELECT next_user FROM storage) ORDER BY id LIMIT ${USERS_A_PIECE}`,
      )
      .pluck(),
    remove: db.prepare<[number]>('DELETE FROM user_text WHERE id = ?'),
  }
}
