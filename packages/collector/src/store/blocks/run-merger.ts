import type { Database } from 'better-sqlite3'
import { createLayout } from './layout.ts'
import { runsToMerge, type TieredRun } from './run-tiers.ts'
import type { SealWork } from './seal-work.ts'
import type { SmallSteps } from './small-steps.ts'
import { createStaleRuns } from './stale-runs.ts'
import { createPartStore } from './store-parts.ts'

/** Makes one run of several, or one without what is released of it. Resolves with whether there was anything to do. */
export function createRunMerger(db: Database, steps: SmallSteps, work: () => SealWork): () => Promise<boolean> {
  const parts = createPartStore(db, steps)
  const layout = createLayout(db)
  const staleRuns = createStaleRuns(db, steps)
  const list = db.prepare<[], TieredRun>('SELECT id, keys FROM key_run ORDER BY id')
  return async () => {
    const ids = runsToMerge(list.all()) ?? (await staleRuns())
    if (ids === undefined) return false
    // Something may have been erased meanwhile: what comes after this wants nothing of it to be left.
    if (ids.length === 0) return true
    const built = await work().mergeRuns(ids)
    const by = built && { id: await parts.storeParts('run', built.parts), built }
    await steps.take('merge runs', () => layout.replaceRuns(ids, by))
    return true
  }
}
