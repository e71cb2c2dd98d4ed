import Database from 'better-sqlite3'
import type { BlockEraserParts } from '../../src/store/blocks/block-eraser.ts'
import { createMergeRuns } from '../../src/store/blocks/merge-runs.ts'
import { countErased } from '../../src/store/blocks/query/count-erased.ts'
import { createRewriteSegment } from '../../src/store/blocks/rewrite-segment.ts'
import { createSealBlocks } from '../../src/store/blocks/seal-blocks.ts'
import type { SealWork } from '../../src/store/blocks/seal-work.ts'
import { openSnapshots } from '../../src/store/blocks/snapshot.ts'
import { createUnusedUsers } from '../../src/store/blocks/unused-users.ts'
import { createProjectIds } from '../../src/store/sqlite/project-ids.ts'

/** What workers do, in the thread of the test, on a connection of its own. */
export function openInThreadWork(path: string): { work: SealWork; count: BlockEraserParts['count']; close(): void } {
  const db = new Database(path, { readonly: true })
  const seal = createSealBlocks(db)
  const rewrite = createRewriteSegment(db)
  const merge = createMergeRuns(db)
  const unusedUsers = createUnusedUsers(db)
  const snapshots = openSnapshots(db, { columnBytes: 1e6, userTextBytes: 1e6, pieceEvents: 8 })
  const projectRow = createProjectIds(db)
  return {
    work: {
      seal: async (wish) => seal(wish),
      rewrite: async (id) => rewrite(id),
      mergeRuns: async (ids) => merge(ids),
      unusedUsers: async (after, most) => unusedUsers(after, most),
      checkpoint: async () => true,
      stop: async () => undefined,
    },
    count: async (projectId, wish) =>
      snapshots.read(({ views, lastNumber, layout }) => {
        const project = projectRow(projectId)
        return { events: countErased(views(project), wish, lastNumber), lastNumber, layout }
      }),
    close: () => db.close(),
  }
}
