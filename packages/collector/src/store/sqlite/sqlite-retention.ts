import type { Database } from 'better-sqlite3'
import type { Retention, RetentionRule } from '../eraser.ts'
import { guard } from './guard.ts'

export function createSqliteRetention(db: Database): Retention {
  const set = db.prepare<[number | null, string]>('UPDATE project SET retention_days = ? WHERE uuid = ?')
  const list = db.prepare<[], RetentionRule>(
    'SELECT uuid AS projectId, retention_days AS days FROM project ORDER BY id',
  )
  return {
    set: (projectId, days) => guard(() => set.run(days, projectId).changes === 1),
    list: () => guard(() => list.all()),
  }
}
