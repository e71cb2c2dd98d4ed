import type { Database } from 'better-sqlite3'
import { createLayout } from './layout.ts'
import type { SealWork } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'
import { createPartStore } from './store-parts.ts'

export interface SegmentRewriter {
  /** Whether erasures of a project's users still hide something in segments, as far as it is known. */
  hidesUsers(project: number): boolean
  /** Takes what is hidden out of one segment. Whether there was one to look at. */
  rewriteNext(): Promise<boolean>
}

/** An erasure that a segment was not made without, and that may hide something of it. */
const HIDDEN = `FROM segment s JOIN erasure e
  ON e.id > s.erased_to AND e.up_to >= s.first AND (e.before IS NULL OR e.before > s.min_ts)`

export function createSegmentRewriter(db: Database, steps: SmallSteps, work: () => SealWork): SegmentRewriter {
  const parts = createPartStore(db, steps)
  const layout = createLayout(db)
  const next = db.prepare<[], number>(`SELECT s.id ${HIDDEN} LIMIT 1`).pluck()
  const ofUsers = db
    .prepare<[number], number>(`SELECT 1 ${HIDDEN} WHERE e.project = ? AND e.user_id IS NOT NULL LIMIT 1`)
    .pluck()
  return {
    hidesUsers: (project) => ofUsers.get(project) !== undefined,
    async rewriteNext() {
      const id = next.get()
      if (id === undefined) return false
      const rewritten = await work().rewrite(id)
      if (rewritten.kind === 'clean') {
        await steps.take('mark a segment', () => layout.markClean(id, rewritten.erasedTo))
        return true
      }
      const { segment, run } = rewritten
      const by = { id: await parts.storeParts('segment', segment.parts), built: segment }
      const stored = run && { id: await parts.storeParts('run', run.parts), built: run }
      await steps.take('replace a segment', () => layout.replaceSegment(id, by, stored))
      return true
    },
  }
}
