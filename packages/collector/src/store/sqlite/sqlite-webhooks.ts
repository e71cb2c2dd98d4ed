import type { Database } from 'better-sqlite3'
import type { Webhook, Webhooks } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

type WebhookRow = Omit<Webhook, 'events' | 'enabled'> & { readonly events: string; readonly enabled: number }

const SELECT = `SELECT w.uuid AS id, p.uuid AS projectId, w.url, w.events, w.secret, w.enabled, w.created_at AS createdAtMs
  FROM webhook w JOIN project p ON p.id = w.project WHERE w.deleted_at IS NULL`

export function createSqliteWebhooks(db: Database): Webhooks {
  const projectRow = createProjectIds(db)
  const insert = db.prepare(
    'INSERT INTO webhook (uuid, project, url, events, secret, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const list = db.prepare<[string | null], WebhookRow>(`${SELECT} AND p.uuid = coalesce(?, p.uuid) ORDER BY w.id`)
  const find = db.prepare<[string, string], WebhookRow>(`${SELECT} AND p.uuid = ? AND w.uuid = ?`)
  const change = db.prepare(
    'UPDATE webhook SET url = ?, events = ?, secret = ?, enabled = ? WHERE uuid = ? AND deleted_at IS NULL',
  )
  const forget = db.prepare<[number, string, number]>(
    `UPDATE webhook SET deleted_at = ?, secret = '' WHERE uuid = ? AND project = ?`,
  )
  const move = createMoveWaiting(db)

  const update = db.transaction(({ id, url, events, secret, enabled }: Webhook) => {
    change.run(url, JSON.stringify(events), secret, Number(enabled), id)
    if (enabled) move('held', 'waiting', id)
    else move('waiting', 'held', id)
  })
  const remove = db.transaction((projectId: string, webhookId: string, atMs: number) => {
    if (forget.run(atMs, webhookId, projectRow(projectId)).changes === 0) return
    move('waiting', 'cancelled', webhookId)
    move('held', 'cancelled', webhookId)
  })
  return {
    create: ({ id, projectId, url, events, secret, enabled, createdAtMs }) =>
      guard(() => {
        insert.run(id, projectRow(projectId), url, JSON.stringify(events), secret, Number(enabled), createdAtMs)
      }),
    list: (projectId) => guard(() => list.all(projectId ?? null).map(webhookOf)),
    find: (projectId, webhookId) =>
      guard(() => {
        const row = find.get(projectId, webhookId)
        return row === undefined ? undefined : webhookOf(row)
      }),
    update: (webhook) => guard(() => update.immediate(webhook)),
    remove: (projectId, webhookId, atMs) => guard(() => remove.immediate(projectId, webhookId, atMs)),
  }
}

function createMoveWaiting(db: Database) {
  const move = db.prepare<[string, string, string]>(
    'UPDATE delivery SET state = ? WHERE state = ? AND webhook = (SELECT id FROM webhook WHERE uuid = ?)',
  )
  return (from: string, to: string, webhookId: string) => void move.run(to, from, webhookId)
}

function webhookOf(row: WebhookRow): Webhook {
  return { ...row, events: JSON.parse(row.events) as string[], enabled: row.enabled === 1 }
}
