import type { Database } from 'better-sqlite3'
import { newClaimKey } from './claim-key.ts'
import { decodeRunHead, decodeRunPart, KEYS_A_PART, readEntry } from './key-run.ts'
import { partNumber } from './part-number.ts'
import { loadReleasedKeys } from './released-keys.ts'
import type { SmallSteps } from './small-steps.ts'

/** Bytes of a head that hold its projects, of which there may be some thousands; the filter behind them is not looked at. */
const HEAD_BYTES = 64 * 1024

/** Parts of a run that are looked at. Keys are hashes: what is true of some is true of all, about. */
const SAMPLED_PARTS = 4

interface RunRow {
  readonly id: number
  readonly last: number
  readonly keys: number
  readonly head: Buffer
}

/**
 * Finds runs most of whose keys erasures by time have released: made anew without them they take less, or nothing. Each is looked at once
 * after an erasure, one a call. Resolves with its id, with nothing where it may stay, and with `undefined` when there is none to look at.
 */
export function createStaleRuns(db: Database, steps: SmallSteps): () => Promise<readonly number[] | undefined> {
  const lastErasure = db
    .prepare<[], number>('SELECT coalesce(max(id), 0) FROM erasure WHERE before IS NOT NULL')
    .pluck()
  const next = db.prepare<[number], RunRow>(
    `SELECT id, last, keys, substr(head, 1, ${HEAD_BYTES}) AS head FROM key_run WHERE id > ? ORDER BY id LIMIT 1`,
  )
  const isStale = createStaleTest(db)
  let looked = { erasure: 0, after: 0 }
  return async () => {
    const erasure = lastErasure.get() as number
    if (looked.erasure !== erasure) looked = { erasure, after: 0 }
    if (erasure === 0) return undefined
    const run = next.get(looked.after)
    if (run === undefined) return undefined
    looked.after = run.id
    return (await steps.take('look at a run', () => isStale(run))) ? [run.id] : []
  }
}

function createStaleTest(db: Database): (run: RunRow) => boolean {
  const part = db.prepare<[number], Buffer>('SELECT body FROM key_run_part WHERE part = ?').pluck()
  const key = newClaimKey()
  return ({ id, last, keys, head }) => {
    const isReleased = loadReleasedKeys(db)
    const { projects } = decodeRunHead(head, keys)
    const parts = Math.ceil(keys / KEYS_A_PART)
    let seen = 0
    let released = 0
    for (let slot = 0; slot < parts; slot += Math.ceil(parts / SAMPLED_PARTS)) {
      const entries = decodeRunPart(part.get(partNumber(id, slot)) as Buffer)
      const [from, to] = [slot * KEYS_A_PART, Math.min(keys, (slot + 1) * KEYS_A_PART)]
      for (const { project, start, end } of projects) {
        for (let i = Math.max(start, from); i < Math.min(end, to); i++) {
          seen += 1
          if (isReleased(project, readEntry(key, project, entries, i - from), last)) released += 1
        }
      }
    }
    return released > seen / 2
  }
}
