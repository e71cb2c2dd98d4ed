import type { Database } from 'better-sqlite3'
import type { PreviousSecret, Webhook, WebhookHealth, Webhooks } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

type WebhookRow = Omit<Webhook, 'events' | 'enabled' | 'previousSecrets' | 'disabled' | 'health'> &
  WebhookHealth & {
    readonly events: string
    readonly enabled: number
    readonly previousSecrets: string
    readonly disabledReason: string | null
    readonly disabledAtMs: number | null
  }

/** The columns of a webhook's health, by the names that they bear in the core. */
export const HEALTH_COLUMNS = `failing_since AS failingSinceMs, failed_at AS failedAtMs, overloads, paused_until AS pausedUntilMs`

const SELECT = `SELECT w.uuid AS id, p.uuid AS projectId, w.url, w.events, w.secret, w.enabled, w.created_at AS createdAtMs,
    w.previous_secrets AS previousSecrets, w.disabled_reason AS disabledReason, w.disabled_at AS disabledAtMs, ${HEALTH_COLUMNS}
  FROM webhook w JOIN project p ON p.id = w.project WHERE w.deleted_at IS NULL`

export function createSqliteWebhooks(db: Database): Webhooks {
  const projectRow = createProjectIds(db)
  const insert = db.prepare(
    'INSERT INTO webhook (uuid, project, url, events, secret, enabled, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const list = db.prepare<[string | null], WebhookRow>(`${SELECT} AND p.uuid = coalesce(?, p.uuid) ORDER BY w.id`)
  const find = db.prepare<[string, string], WebhookRow>(`${SELECT} AND p.uuid = ? AND w.uuid = ?`)
  const write = createWrite(db)
  const remove = db.transaction(createRemove(db, projectRow))
  const update = db.transaction((projectId: string, webhookId: string, change: (before: Webhook) => Webhook) => {
    const before = find.get(projectId, webhookId)
    if (before === undefined) return undefined
    const after = change(webhookOf(before))
    write(after)
    return after
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
    update: (projectId, webhookId, change) => guard(() => update.immediate(projectId, webhookId, change)),
    remove: (projectId, webhookId, atMs) => guard(() => remove.immediate(projectId, webhookId, atMs)),
  }
}

function createWrite(db: Database): (webhook: Webhook) => void {
  const change = db.prepare(
    `UPDATE webhook SET url = ?, events = ?, secret = ?, previous_secrets = ?, enabled = ?, disabled_reason = ?,
       disabled_at = ?, failing_since = ?, failed_at = ?, overloads = ?, paused_until = ? WHERE uuid = ?`,
  )
  return ({ id, url, events, secret, previousSecrets, enabled, disabled, health }) => {
    const secrets = [secret, JSON.stringify(previousSecrets)]
    const state = [Number(enabled), disabled?.reason ?? null, disabled?.atMs ?? null]
    const { failingSinceMs, failedAtMs, overloads, pausedUntilMs } = health
    change.run(
      url,
      JSON.stringify(events),
      ...secrets,
      ...state,
      failingSinceMs,
      failedAtMs,
      overloads,
      pausedUntilMs,
      id,
    )
  }
}

function createRemove(db: Database, projectRow: (projectId: string) => number) {
  const forget = db.prepare<[number, string, number]>(
    `UPDATE webhook SET deleted_at = ?, secret = '', previous_secrets = '[]' WHERE uuid = ? AND project = ?`,
  )
  const cancel = db.prepare<[string]>(
    `UPDATE delivery SET state = 'cancelled' WHERE state = 'waiting' AND webhook = (SELECT id FROM webhook WHERE uuid = ?)`,
  )
  return (projectId: string, webhookId: string, atMs: number): void => {
    if (forget.run(atMs, webhookId, projectRow(projectId)).changes > 0) cancel.run(webhookId)
  }
}

function webhookOf(row: WebhookRow): Webhook {
  const { disabledReason, disabledAtMs, failingSinceMs, failedAtMs, overloads, pausedUntilMs, ...webhook } = row
  return {
    ...webhook,
    events: JSON.parse(row.events) as string[],
    enabled: row.enabled === 1,
    previousSecrets: JSON.parse(row.previousSecrets) as PreviousSecret[],
    disabled: disabledReason === null ? null : { reason: disabledReason, atMs: disabledAtMs as number },
    health: { failingSinceMs, failedAtMs, overloads, pausedUntilMs },
  }
}
