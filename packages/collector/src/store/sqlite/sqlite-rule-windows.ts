import { createHash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import type { RuleWindows, WindowState } from '../rule-windows.ts'

/** Expired states deleted with every write: more than it can add, so that what is forgotten goes while rules count. */
const DELETED_ROWS = 2

/** To be used inside a transaction. A rule that is gone remembers nothing. */
export function createSqliteRuleWindows(db: Database): RuleWindows {
  const select = db
    .prepare<[string, Buffer], string>(
      'SELECT state FROM rule_window WHERE rule = (SELECT id FROM rule WHERE uuid = ?) AND key = ?',
    )
    .pluck()
  const upsert = db.prepare<[Buffer, string, number, string]>(
    `INSERT INTO rule_window (rule, key, state, expires_at) SELECT id, ?, ?, ? FROM rule WHERE uuid = ?
     ON CONFLICT DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at`,
  )
  const prune = db.prepare<[number]>(
    `DELETE FROM rule_window WHERE (rule, key) IN
     (SELECT rule, key FROM rule_window WHERE expires_at < ? ORDER BY expires_at LIMIT ${DELETED_ROWS})`,
  )
  return {
    read(ruleId, key) {
      const text = select.get(ruleId, hashOf(key))
      return text === undefined ? undefined : (JSON.parse(text) as WindowState)
    },
    write(ruleId, key, { hits, firings }, nowMs, expiresAtMs) {
      upsert.run(hashOf(key), JSON.stringify({ hits, firings }), expiresAtMs, ruleId)
      prune.run(nowMs)
    },
  }
}

/** Makes all rules of a project forget a key. */
export function createForgetWindows(db: Database): (project: number, key: string) => void {
  const forget = db.prepare<[Buffer, number]>(
    'DELETE FROM rule_window WHERE key = ? AND rule IN (SELECT id FROM rule WHERE project = ?)',
  )
  return (project, key) => void forget.run(hashOf(key), project)
}

/** A key may name a person: only what tells it from others is kept. */
function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, 16)
}
