import type { Database } from 'better-sqlite3'
import { StoreError } from '../store-error.ts'
import { FIRST_TABLES } from './migrations/0001-first-tables.ts'
import { MANAGEMENT } from './migrations/0002-management.ts'
import { KEYS_AND_DELETION } from './migrations/0003-keys-and-deletion.ts'
import { WEBHOOK_HEALTH } from './migrations/0004-webhook-health.ts'
import { COUNTING_RULES } from './migrations/0005-counting-rules.ts'
import { TALLIES_AND_USERS } from './migrations/0006-tallies-and-users.ts'
import { LANE_ACTIVITY } from './migrations/0007-lane-activity.ts'
import { BOOKS_BY_HOUR } from './migrations/0008-books-by-hour.ts'
import { BLOCKS } from './migrations/0009-blocks.ts'
import { ZSTANDARD_PARTS } from './migrations/0010-zstandard-parts.ts'
import { WIDER_FILTERS } from './migrations/0011-wider-filters.ts'
import { WHAT_DELETION_LEAVES } from './migrations/0012-what-deletion-leaves.ts'

/** In order; a migration's place is the `user_version` of a file that has it. Never edit one that was released. */
const MIGRATIONS: readonly string[] = [
  FIRST_TABLES,
  MANAGEMENT,
  KEYS_AND_DELETION,
  WEBHOOK_HEALTH,
  COUNTING_RULES,
  TALLIES_AND_USERS,
  LANE_ACTIVITY,
  BOOKS_BY_HOUR,
  BLOCKS,
  ZSTANDARD_PARTS,
  WIDER_FILTERS,
  WHAT_DELETION_LEAVES,
]

/** The `user_version` of a file with this program's tables. */
export const TABLES_VERSION = MIGRATIONS.length

/**
 * Brings a file to this program's tables, all steps in one transaction.
 * Throws `StoreError` (`unusable`) when the file was written by a newer program.
 */
export function migrate(db: Database): void {
  const steps = db.transaction(() => {
    const version = db.pragma('user_version', { simple: true }) as number
    if (version > MIGRATIONS.length) {
      throw new StoreError(
        'unusable',
        `${db.name} has the tables of a newer truecount (version ${version}, this program knows up to ${MIGRATIONS.length}). ` +
          'Start that newer version, or restore a backup that this one made.',
      )
    }
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql)
    db.pragma(`user_version = ${MIGRATIONS.length}`)
  })
  steps.immediate()
}
