import type { Database } from 'better-sqlite3'
import type { Rule, Rules } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

type RuleRow = Omit<Rule, 'conditions' | 'actions' | 'enabled'> & {
  readonly conditions: string
  readonly actions: string
  readonly enabled: number
}

const SELECT = `SELECT r.uuid AS id, p.uuid AS projectId, r.name, r.conditions, r.actions, r.enabled, r.created_at AS createdAtMs
  FROM rule r JOIN project p ON p.id = r.project`

export function createSqliteRules(db: Database): Rules {
  const projectRow = createProjectIds(db)
  const insert = db.prepare(
    'INSERT INTO rule (uuid, project, name, conditions, actions, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const list = db.prepare<[string | null], RuleRow>(`${SELECT} WHERE p.uuid = coalesce(?, p.uuid) ORDER BY r.id`)
  const find = db.prepare<[string, string], RuleRow>(`${SELECT} WHERE p.uuid = ? AND r.uuid = ?`)
  const update = db.prepare('UPDATE rule SET name = ?, conditions = ?, actions = ?, enabled = ? WHERE uuid = ?')
  const remove = db.prepare<[string, number]>('DELETE FROM rule WHERE uuid = ? AND project = ?')
  return {
    create: (rule) =>
      guard(() => {
        const { id, projectId, name, enabled, createdAtMs } = rule
        insert.run(id, projectRow(projectId), name, ...textsOf(rule), Number(enabled), createdAtMs)
      }),
    list: (projectId) => guard(() => list.all(projectId ?? null).map(ruleOf)),
    find: (projectId, ruleId) =>
      guard(() => {
        const row = find.get(projectId, ruleId)
        return row === undefined ? undefined : ruleOf(row)
      }),
    update: (rule) => guard(() => void update.run(rule.name, ...textsOf(rule), Number(rule.enabled), rule.id)),
    remove: (projectId, ruleId) => guard(() => void remove.run(ruleId, projectRow(projectId))),
  }
}

function textsOf({ conditions, actions }: Rule): readonly [string, string] {
  return [JSON.stringify(conditions), JSON.stringify(actions)]
}

function ruleOf(row: RuleRow): Rule {
  return {
    ...row,
    conditions: JSON.parse(row.conditions) as Rule['conditions'],
    actions: JSON.parse(row.actions) as Rule['actions'],
    enabled: row.enabled === 1,
  }
}
