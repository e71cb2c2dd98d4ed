import { hash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import type { RuleWindows, WindowState } from '../rule-windows.ts'

/** Expired states deleted for each that is written: more than were added, so that they go while rules count. */
const DELETED_ROWS = 2

/** Expiry is kept to the day, rounded up: its index is not touched by every event. */
const DAY_MS = 86_400_000

/** The memory of rules in one transaction: `save` writes what changed, each state once. */
export interface OpenWindows extends RuleWindows {
  save(): void
}

interface Page {
  readonly ruleId: string
  readonly hash: Buffer
  state: WindowState | undefined
  times?: { readonly nowMs: number; readonly expiresAtMs: number }
}

/** To be opened and saved inside a transaction. A rule that is gone remembers nothing. */
export function createSqliteRuleWindows(db: Database): () => OpenWindows {
  const select = db
    .prepare<[string, Buffer], string>(
      'SELECT state FROM rule_window WHERE rule = (SELECT id FROM rule WHERE uuid = ?) AND key = ?',
    )
    .pluck()
  const write = createWriter(db)

  return () => {
    const pages = new Map<string, Page>()
    function pageOf(ruleId: string, key: string): Page {
      const name = `${ruleId} ${key}`
      const open = pages.get(name)
      if (open !== undefined) return open
      const keyHash = hashOf(key)
      const text = select.get(ruleId, keyHash)
      const page: Page = {
        ruleId,
        hash: keyHash,
        state: text === undefined ? undefined : (JSON.parse(text) as WindowState),
      }
      pages.set(name, page)
      return page
    }
    return {
      read: (ruleId, key) => pageOf(ruleId, key).state,
      write(ruleId, key, state, nowMs, expiresAtMs) {
        const page = pageOf(ruleId, key)
        page.state = state
        page.times = { nowMs, expiresAtMs }
      },
      save: () => write([...pages.values()].filter(({ times }) => times !== undefined)),
    }
  }
}

function createWriter(db: Database): (pages: readonly Page[]) => void {
  const update = db.prepare<[string, string, Buffer, number]>(
    'UPDATE rule_window SET state = ? WHERE rule = (SELECT id FROM rule WHERE uuid = ?) AND key = ? AND expires_at = ?',
  )
  const upsert = db.prepare<[Buffer, string, number, string]>(
    `INSERT INTO rule_window (rule, key, state, expires_at) SELECT id, ?, ?, ? FROM rule WHERE uuid = ?
     ON CONFLICT DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at`,
  )
  const prune = db.prepare<[number, number]>(
    `DELETE FROM rule_window WHERE (rule, key) IN
     (SELECT rule, key FROM rule_window WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`,
  )
  return (pages) => {
    let latestMs = Number.NEGATIVE_INFINITY
    for (const { ruleId, hash: keyHash, state, times } of pages) {
      const { nowMs, expiresAtMs } = times as NonNullable<typeof times>
      const text = JSON.stringify(state)
      const expires = Math.ceil(expiresAtMs / DAY_MS) * DAY_MS
      if (update.run(text, ruleId, keyHash, expires).changes === 0) upsert.run(keyHash, text, expires, ruleId)
      latestMs = Math.max(latestMs, nowMs)
    }
    if (pages.length > 0) prune.run(latestMs, DELETED_ROWS * pages.length)
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
  return hash('sha256', key, 'buffer').subarray(0, 16)
}
