import type { Database } from 'better-sqlite3'
import type { Project, Projects } from '../registry.ts'
import { guard } from './guard.ts'

type ProjectRow = Omit<Project, 'allowedOrigins'> & { readonly allowedOrigins: string | null }

const COLUMNS = 'SELECT uuid AS id, name, allowed_origins AS allowedOrigins, created_at AS createdAtMs FROM project'

export function createSqliteProjects(db: Database): Projects {
  const insert = db.prepare('INSERT INTO project (uuid, name, allowed_origins, created_at) VALUES (?, ?, ?, ?)')
  const first = db.prepare<[], ProjectRow>(`${COLUMNS} ORDER BY project.id LIMIT 1`)
  const find = db.prepare<[string], ProjectRow>(`${COLUMNS} WHERE uuid = ?`)
  const list = db.prepare<[], ProjectRow>(`${COLUMNS} ORDER BY project.id`)
  const update = db.prepare('UPDATE project SET name = ?, allowed_origins = ? WHERE uuid = ?')
  return {
    create: (project) =>
      guard(() => void insert.run(project.id, project.name, originsText(project), project.createdAtMs)),
    first: () => guard(() => projectOf(first.get())),
    find: (projectId) => guard(() => projectOf(find.get(projectId))),
    list: () => guard(() => list.all().map((row) => projectOf(row) as Project)),
    update: (project) => guard(() => void update.run(project.name, originsText(project), project.id)),
  }
}

function originsText({ allowedOrigins }: Project): string | null {
  return allowedOrigins === null ? null : JSON.stringify(allowedOrigins)
}

function projectOf(row: ProjectRow | undefined): Project | undefined {
  if (row === undefined) return undefined
  return { ...row, allowedOrigins: row.allowedOrigins === null ? null : (JSON.parse(row.allowedOrigins) as string[]) }
}
