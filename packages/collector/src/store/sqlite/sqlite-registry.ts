import type { Database } from 'better-sqlite3'
import type { ApiKey, ApiKeys, Project, Projects, Rule, Rules, Webhook, Webhooks } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

/** Projects, keys, webhooks and rules on SQLite. */
export function createSqliteRegistry(db: Database) {
  const projectRow = createProjectIds(db)
  return {
    projects: createProjects(db),
    apiKeys: createApiKeys(db, projectRow),
    webhooks: createWebhooks(db, projectRow),
    rules: createRules(db, projectRow),
  }
}

type ProjectRow = (projectId: string) => number

function createProjects(db: Database): Projects {
  const insert = db.prepare('INSERT INTO project (uuid, created_at) VALUES (?, ?)')
  const columns = 'SELECT uuid AS id, created_at AS createdAtMs FROM project'
  const first = db.prepare<[], Project>(`${columns} ORDER BY project.id LIMIT 1`)
  const find = db.prepare<[string], Project>(`${columns} WHERE uuid = ?`)
  return {
    create: (project) => guard(() => void insert.run(project.id, project.createdAtMs)),
    first: () => guard(() => first.get()),
    find: (projectId) => guard(() => find.get(projectId)),
  }
}

function createApiKeys(db: Database, projectRow: ProjectRow): ApiKeys {
  const insert = db.prepare(
    'INSERT INTO api_key (uuid, project, kind, hash, prefix, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const find = db.prepare<[Uint8Array], ApiKey>(
    `SELECT k.uuid AS id, p.uuid AS projectId, k.kind, k.hash, k.prefix, k.created_at AS createdAtMs
     FROM api_key k JOIN project p ON p.id = k.project WHERE k.hash = ?`,
  )
  return {
    create: (key) =>
      guard(() => void insert.run(key.id, projectRow(key.projectId), key.kind, key.hash, key.prefix, key.createdAtMs)),
    findByHash: (hash) => guard(() => find.get(hash)),
  }
}

function createWebhooks(db: Database, projectRow: ProjectRow): Webhooks {
  const insert = db.prepare(
    'INSERT INTO webhook (uuid, project, url, events, secret, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const list = db.prepare<[string | null], Webhook & { events: string }>(
    `SELECT w.uuid AS id, p.uuid AS projectId, w.url, w.events, w.secret, w.created_at AS createdAtMs
     FROM webhook w JOIN project p ON p.id = w.project WHERE p.uuid = coalesce(?, p.uuid) ORDER BY w.id`,
  )
  return {
    create: ({ id, projectId, url, events, secret, createdAtMs }) =>
      guard(() => void insert.run(id, projectRow(projectId), url, JSON.stringify(events), secret, createdAtMs)),
    list: (projectId) =>
      guard(() => list.all(projectId ?? null).map((row) => ({ ...row, events: JSON.parse(row.events) as string[] }))),
  }
}

type RuleRow = Omit<Rule, 'conditions' | 'actions' | 'enabled'> & {
  readonly conditions: string
  readonly actions: string
  readonly enabled: number
}

function createRules(db: Database, projectRow: ProjectRow): Rules {
  const insert = db.prepare(
    'INSERT INTO rule (uuid, project, name, conditions, actions, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const list = db.prepare<[string | null], RuleRow>(
    `SELECT r.uuid AS id, p.uuid AS projectId, r.name, r.conditions, r.actions, r.enabled, r.created_at AS createdAtMs
     FROM rule r JOIN project p ON p.id = r.project WHERE p.uuid = coalesce(?, p.uuid) ORDER BY r.id`,
  )
  return {
    create: ({ id, projectId, name, conditions, actions, enabled, createdAtMs }) =>
      guard(() => {
        const texts = [JSON.stringify(conditions), JSON.stringify(actions)] as const
        insert.run(id, projectRow(projectId), name, ...texts, Number(enabled), createdAtMs)
      }),
    list: (projectId) =>
      guard(() =>
        list.all(projectId ?? null).map((row) => ({
          ...row,
          conditions: JSON.parse(row.conditions) as Rule['conditions'],
          actions: JSON.parse(row.actions) as Rule['actions'],
          enabled: row.enabled === 1,
        })),
      ),
  }
}
