import type { Database } from 'better-sqlite3'
import type { Rule, Rules } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

type RuleRow = Omit<Rule, 'conditions' | 'window' | 'actions' | 'enabled'> & {
  readonly conditions: string
  readonly window: string | null
  readonly actions: string
  readonly enabled: number
}

const SELECT = `SELECT r.uuid AS id, p.uuid AS projectId, r.name, r.conditions, r.counting AS window,
  r.actions, r.enabled, r.created_at AS createdAtMs
  FROM rule r JOIN project p ON p.id = r.project`

export function createSqliteRules(db: Database): Rules {
  const projectRow = createProjectIds(db)
  const insert = db.prepare(
    `INSERT INTO rule (uuid, project, name, conditions, counting, actions, enabled, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const list = db.prepare<[string | null], RuleRow>(`${SELECT} WHERE p.uuid = coalesce(?, p.uuid) ORDER BY r.id`)
  const find = db.prepare<[string, string], RuleRow>(`${SELECT} WHERE p.uuid = ? AND r.uuid = ?`)
  const count = db.prepare<[number], number>('SELECT count(*) FROM rule WHERE project = ?').pluck()
  const change = db.prepare(
    'UPDATE rule SET name = ?, conditions = ?, counting = ?, actions = ?, enabled = ? WHERE uuid = ?',
  )
  const forget = db.prepare<[string]>('DELETE FROM rule_window WHERE rule = (SELECT id FROM rule WHERE uuid = ?)')
  const remove = db.prepare<[string, number]>('DELETE FROM rule WHERE uuid = ? AND project = ?')
  const update = db.transaction((rule: Rule) => {
    change.run(rule.name, ...textsOf(rule), Number(rule.enabled), rule.id)
    forget.run(rule.id)
  })
  return {
    create: (rule) =>
      guard(() => {
        const { id, projectId, name, enabled, createdAtMs } = rule
        insert.run(id, projectRow(projectId), name, ...textsOf(rule), Number(enabled), createdAtMs)
      }),
    list: (projectId) => guard(() => list.all(projectId ?? null).map(ruleOf)),
    count: (projectId) => guard(() => count.get(projectRow(projectId)) as number),
    find: (projectId, ruleId) =>
      guard(() => {
        const row = find.get(projectId, ruleId)
        return row === undefined ? undefined : ruleOf(row)
      }),
    update: (rule) => guard(() => update.immediate(rule)),
    remove: (projectId, ruleId) => guard(() => void remove.run(ruleId, projectRow(projectId))),
  }
}

function textsOf({ conditions, window, actions }: Rule): readonly [string, string | null, string] {
  return [JSON.stringify(conditions), window === null ? null : JSON.stringify(window), JSON.stringify(actions)]
}

function ruleOf(row: RuleRow): Rule {
  return {
    ...row,
    conditions: JSON.parse(row.conditions) as Rule['conditions'],
    window: row.window === null ? null : (JSON.parse(row.window) as Rule['window']),
    actions: JSON.parse(row.actions) as Rule['actions'],
    enabled: row.enabled === 1,
  }
}
