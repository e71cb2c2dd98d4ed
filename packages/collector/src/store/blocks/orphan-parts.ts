import type { Database } from 'better-sqlite3'
import type { SmallSteps } from './small-steps.ts'
import { PARTS_EACH, partNumber } from './part-number.ts'

/** What one step deletes, save a part that is larger. */
const STEP_BYTES = 256 * 1024
const STEP_PARTS = 64

const OWNERS = { segment_part: 'segment', key_run_part: 'key_run' } as const

/**
 * Deletes some of the parts that belong to no segment and no run: what was replaced, and what an attempt left that ended early.
 * Nothing may be under way that stores parts. Resolves with whether there were any.
 */
export function createOrphanDeleter(db: Database, steps: SmallSteps): () => Promise<boolean> {
  const tables = [createTable(db, 'segment_part'), createTable(db, 'key_run_part')]
  return async () => {
    for (const { findOrphan, deleteSome } of tables) {
      const id = findOrphan()
      if (id === undefined) continue
      await steps.take('orphans', () => deleteSome(id))
      return true
    }
    return false
  }
}

function createTable(db: Database, table: keyof typeof OWNERS) {
  const next = db.prepare<[number], number | null>(`SELECT min(part) FROM ${table} WHERE part >= ?`).pluck()
  const owner = db.prepare<[number], number>(`SELECT 1 FROM ${OWNERS[table]} WHERE id = ?`).pluck()
  const select = db.prepare<[number, number], { part: number; bytes: number }>(
    `SELECT part, length(body) AS bytes FROM ${table} WHERE part >= ? AND part < ? LIMIT ${STEP_PARTS}`,
  )
  const remove = db.prepare<[number]>(`DELETE FROM ${table} WHERE part = ?`)
  return {
    findOrphan(): number | undefined {
      let from = 0
      for (;;) {
        const part = next.get(from) ?? null
        if (part === null) return undefined
        const id = Math.floor(part / PARTS_EACH)
        if (owner.get(id) === undefined) return id
        from = partNumber(id + 1, 0)
      }
    },
    deleteSome(id: number): void {
      let bytes = 0
      for (const { part, bytes: size } of select.all(partNumber(id, 0), partNumber(id + 1, 0))) {
        if (bytes > 0 && bytes + size > STEP_BYTES) return
        remove.run(part)
        bytes += size
      }
    },
  }
}
