import type { Database } from 'better-sqlite3'
import type { Eraser } from '../eraser.ts'
import { guard } from '../sqlite/guard.ts'
import { createProjectIds } from '../sqlite/project-ids.ts'
import { createForgetWindows } from '../sqlite/sqlite-rule-windows.ts'
import { createEraseDeliveries } from './erase-deliveries.ts'
import type { ErasureWish } from './query/count-erased.ts'
import type { Reclaimer } from './reclaimer.ts'
import { userHash } from './user-hash.ts'

/** How many events an erasure would hide now, in one look at the file. */
export interface ErasureCount {
  readonly events: number
  /** Number of the last event that was looked at. */
  readonly lastNumber: number
  readonly layout: number
}

export interface BlockEraserParts {
  readonly db: Database
  readonly count: (projectId: string, wish: ErasureWish) => Promise<ErasureCount>
  readonly reclaimer: Reclaimer
  /** Between two pieces: lets others write. */
  readonly afterTurn: () => Promise<unknown>
}

/** Hides events with a row of `erasure`, in one small transaction; what is hidden is taken out of the file later. */
export function createBlockEraser({ db, count, reclaimer, afterTurn }: BlockEraserParts): Eraser {
  const projectRow = createProjectIds(db)
  const hide = db.transaction(createHide(db, reclaimer.hidesUsers))
  const eraseDeliveries = createErasureDeliveries(db)

  async function erase(projectId: string, wish: ErasureWish): Promise<number> {
    const project = await guard(() => projectRow(projectId))
    for (;;) {
      // A key of an erased user's event is never released: that must be written down before others are.
      if (wish.kind === 'before') await reclaimer.reclaimUsers(project)
      const counted = await count(projectId, wish)
      const hidden = await guard(() => hide.immediate(project, wish, counted))
      if (hidden === 'overtaken') continue
      while (await guard(() => eraseDeliveries(project, wish, hidden))) await afterTurn()
      return counted.events
    }
  }

  return {
    eraseBefore: (projectId, beforeMs) => erase(projectId, { kind: 'before', beforeMs }),
    eraseUser: (projectId, userId) => erase(projectId, { kind: 'user', userId }),
    reclaim: reclaimer.reclaim,
  }
}

/** What was hidden, and which deliveries go with it: up to a row, of events up to a number. */
interface Hidden {
  /** Id of the erasure; `undefined` where none was needed. */
  readonly id: number | undefined
  readonly deliveriesTo: number
  readonly upTo: number
}

/** Does nothing where segments or erasures changed after the count, or where a user was erased just now. */
function createHide(db: Database, hidesUsers: Reclaimer['hidesUsers']) {
  const layout = db.prepare<[], number>('SELECT layout FROM storage').pluck()
  const highestDeleted = db.prepare<[], number>('SELECT highest_deleted FROM event_number').pluck()
  const grow = db.prepare('UPDATE storage SET layout = layout + 1')
  const lastDelivery = db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM delivery').pluck()
  const isKnown = db
    .prepare<[number, number, string], number>(
      'SELECT 1 FROM user_text WHERE hash = ? AND project = ? AND text = ? LIMIT 1',
    )
    .pluck()
  const removeCovered = {
    before: db.prepare('DELETE FROM erasure WHERE project = ? AND before <= ?'),
    user: db.prepare('DELETE FROM erasure WHERE project = ? AND user_id = ?'),
  }
  const insert = db.prepare(
    'INSERT INTO erasure (project, up_to, before, user_id, deliveries_to) VALUES (?, ?, ?, ?, ?)',
  )
  const book = db.prepare<[number, number]>('UPDATE project SET deleted = deleted + ? WHERE id = ?')
  const forgetWindows = createForgetWindows(db)
  return (project: number, wish: ErasureWish, counted: ErasureCount): Hidden | 'overtaken' => {
    if (layout.get() !== counted.layout || (wish.kind === 'before' && hidesUsers(project))) return 'overtaken'
    const userId = wish.kind === 'user' ? wish.userId : null
    const before = wish.kind === 'before' ? wish.beforeMs : null
    if (userId !== null) forgetWindows(project, JSON.stringify(userId))
    const deliveriesTo = lastDelivery.get() as number
    // Of a user whose events were all deleted by time the text is still there.
    const isNeeded =
      counted.events > 0 || (userId !== null && isKnown.get(userHash(project, userId), project, userId) !== undefined)
    // The last events may be out of the file: an erasure must not reach less far than the one before, nor than their deliveries.
    const upTo = Math.max(counted.lastNumber, highestDeleted.get() as number)
    if (!isNeeded) return { id: undefined, deliveriesTo, upTo }
    removeCovered[wish.kind].run(project, before ?? userId)
    const { lastInsertRowid } = insert.run(project, upTo, before, userId, deliveriesTo)
    book.run(counted.events, project)
    grow.run()
    return { id: Number(lastInsertRowid), deliveriesTo, upTo }
  }
}

/** One piece of what an erasure does to deliveries. Whether there may be more. */
function createErasureDeliveries(db: Database) {
  const eraseDeliveries = createEraseDeliveries(db)
  const done = db.prepare<[number]>('UPDATE erasure SET deliveries_to = NULL WHERE id = ?')
  const piece = db.transaction((project: number, wish: ErasureWish, hidden: Hidden): boolean => {
    const { id, deliveriesTo: to, upTo } = hidden
    const erased =
      wish.kind === 'user'
        ? { project, before: null, userId: wish.userId, to, upTo }
        : { project, before: wish.beforeMs, userId: null, to, upTo }
    if (eraseDeliveries(erased)) return true
    if (id !== undefined) done.run(id)
    return false
  })
  return (project: number, wish: ErasureWish, hidden: Hidden) => piece.immediate(project, wish, hidden)
}
