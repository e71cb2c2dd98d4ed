import type { Database } from 'better-sqlite3'
import { newClaimKey } from './claim-key.ts'
import { createKeyRunBuilder, decodeRunHead, decodeRunPart, KEYS_A_PART, readEntry } from './key-run.ts'
import { loadReleasedKeys } from './released-keys.ts'
import type { BuiltRun } from './seal-work.ts'
import { partNumber } from './part-number.ts'

interface RunRow {
  readonly first: number
  readonly last: number
  readonly keys: number
  readonly head: Buffer
}

/** Makes one run of several, by their ids, without released keys; `undefined` when no key is left. */
export function createMergeRuns(db: Database): (ids: readonly number[]) => BuiltRun | undefined {
  const select = db.prepare<[number], RunRow>('SELECT first, last, keys, head FROM key_run WHERE id = ?')
  const part = db.prepare<[number], Buffer>('SELECT body FROM key_run_part WHERE part = ?').pluck()
  return db.transaction((ids: readonly number[]) => {
    const isReleased = loadReleasedKeys(db)
    const builder = createKeyRunBuilder()
    const key = newClaimKey()
    const range = { first: Infinity, last: 0 }
    for (const id of ids) {
      const run = select.get(id)
      if (run === undefined) throw new Error(`There is no key run ${id}`)
      range.first = Math.min(range.first, run.first)
      range.last = Math.max(range.last, run.last)
      for (const { project, start, end } of decodeRunHead(run.head, run.keys).projects) {
        for (let slot = Math.floor(start / KEYS_A_PART); slot * KEYS_A_PART < end; slot++) {
          const entries = decodeRunPart(part.get(partNumber(id, slot)) as Buffer)
          const from = slot * KEYS_A_PART
          for (let i = Math.max(start, from); i < Math.min(end, from + KEYS_A_PART); i++) {
            const seconds = readEntry(key, project, entries, i - from)
            if (!isReleased(project, seconds, run.last)) builder.add(key, seconds)
          }
        }
      }
    }
    return builder.build(range.first, range.last)
  })
}
