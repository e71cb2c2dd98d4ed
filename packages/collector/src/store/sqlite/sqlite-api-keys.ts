import type { Database } from 'better-sqlite3'
import type { ApiKey, ApiKeys } from '../registry.ts'
import { guard } from './guard.ts'
import { createProjectIds } from './project-ids.ts'

const SELECT = `SELECT k.uuid AS id, p.uuid AS projectId, k.kind, lower(hex(k.hash)) AS hash, k.prefix,
  k.events_per_minute AS eventsPerMinute, k.analytics_per_minute AS analyticsPerMinute,
  k.created_at AS createdAtMs, k.revoked_at AS revokedAtMs
  FROM api_key k JOIN project p ON p.id = k.project`

export function createSqliteApiKeys(db: Database): ApiKeys {
  const projectRow = createProjectIds(db)
  const insert = db.prepare(
    `INSERT INTO api_key (uuid, project, kind, hash, prefix, events_per_minute, analytics_per_minute, created_at, revoked_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const find = db.prepare<[Uint8Array], ApiKey>(`${SELECT} WHERE k.hash = ?`)
  const list = db.prepare<[string], ApiKey>(`${SELECT} WHERE p.uuid = ? ORDER BY k.created_at, k.uuid`)
  const stop = db.prepare<[number, string, number]>(
    'UPDATE api_key SET revoked_at = ? WHERE uuid = ? AND project = ? AND revoked_at IS NULL',
  )
  const create = (key: ApiKey): void => {
    const { id, projectId, kind, hash, prefix, eventsPerMinute, analyticsPerMinute, createdAtMs, revokedAtMs } = key
    const bytes = Buffer.from(hash, 'hex')
    insert.run(
      id,
      projectRow(projectId),
      kind,
      bytes,
      prefix,
      eventsPerMinute,
      analyticsPerMinute,
      createdAtMs,
      revokedAtMs,
    )
  }
  const revoke = (projectId: string, keyId: string, atMs: number): boolean =>
    stop.run(atMs, keyId, projectRow(projectId)).changes === 1
  const replace = db.transaction((keyId: string, successor: ApiKey): boolean => {
    if (!revoke(successor.projectId, keyId, successor.createdAtMs)) return false
    create(successor)
    return true
  })
  return {
    create: (key) => guard(() => create(key)),
    findByHash: (hash) => guard(() => find.get(Buffer.from(hash, 'hex'))),
    list: (projectId) => guard(() => list.all(projectId)),
    revoke: (projectId, keyId, atMs) => guard(() => revoke(projectId, keyId, atMs)),
    replace: (keyId, successor) => guard(() => replace.immediate(keyId, successor)),
  }
}
