import type { Database } from 'better-sqlite3'
import type { Users } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

export function createSqliteUsers(db: Database): Users {
  const projectRow = createProjectIds(db)
  const insert = db.prepare<[number, string]>('INSERT INTO user (project, name) VALUES (?, ?)')
  const create = db.transaction((projectId: string, names: readonly string[]) => {
    const project = projectRow(projectId)
    return names.map((name) => Number(insert.run(project, name).lastInsertRowid))
  })
  const oldest = db
    .prepare<[number, number], number>('SELECT id FROM user WHERE project = ? ORDER BY id LIMIT ?')
    .pluck()
  return {
    create: (projectId, names) => guard(() => create.immediate(projectId, names)),
    oldest: (projectId, limit) => guard(() => oldest.all(projectRow(projectId), limit)),
  }
}
