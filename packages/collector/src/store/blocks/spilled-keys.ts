import type { Database } from 'better-sqlite3'
import { type BloomFilter, mayHold } from './bloom-filter.ts'
import type { ClaimKey } from './claim-key.ts'
import type { KeyBatch } from './key-batch.ts'
import { decodeRunHead, type ProjectKeys } from './key-run.ts'
import { partNumber } from './part-number.ts'
import { createPossibleKeys } from './possible-keys.ts'
import type { IsReleased } from './released-keys.ts'
import { findInRun } from './run-search.ts'

/** Filters in memory; runs beyond are looked into without: some tens of microseconds each. */
const MAX_FILTER_BYTES = 128 * 1024 * 1024

/** Keys under this row are of any project. */
const ANY_PROJECT = 0

interface Run {
  readonly id: number
  readonly last: number
  readonly projects: ReadonlyMap<number, ProjectKeys>
  /** `undefined`: there is no room for it. */
  readonly filter: BloomFilter | undefined
}

/** The keys of sealed events, on disk, with filters in memory. */
export interface SpilledKeys {
  /** Reads again which runs there are. */
  reload(): void
  /** By place in the batch, 0: the key is certainly not there. Good until it is called again. */
  possible(batch: KeyBatch): Uint8Array
  has(key: ClaimKey, isReleased: IsReleased): boolean
}

export function createSpilledKeys(db: Database): SpilledKeys {
  const list = db.prepare<[], { id: number; last: number; keys: number }>(
    'SELECT id, last, keys FROM key_run ORDER BY id DESC',
  )
  const readHead = db.prepare<[number], Buffer>('SELECT head FROM key_run WHERE id = ?').pluck()
  const readPart = db.prepare<[number], Buffer>('SELECT body FROM key_run_part WHERE part = ?').pluck()
  let runs: readonly Run[] = []
  const possible = createPossibleKeys()

  function load(id: number, last: number, keys: number, spareBytes: number): Run {
    const { projects, filter } = decodeRunHead(readHead.get(id) as Buffer, keys)
    const { bytes, isOld } = filter
    return {
      id,
      last,
      projects: new Map(projects.map((of) => [of.project, of])),
      // A copy, that does not hold on to all of the head.
      filter: bytes.length <= spareBytes ? { bytes: new Uint8Array(bytes), isOld } : undefined,
    }
  }

  return {
    reload() {
      const before = new Map(runs.map((run) => [run.id, run]))
      let bytes = 0
      runs = list.all().map(({ id, last, keys }) => {
        const run = before.get(id) ?? load(id, last, keys, MAX_FILTER_BYTES - bytes)
        bytes += run.filter?.bytes.length ?? 0
        return run
      })
    },
    possible: (batch) => possible(runs, batch),
    has: (key, isReleased) =>
      runs.some(({ id, last, projects, filter }) => {
        if (filter !== undefined && !mayHold(filter, key)) return false
        return [key.project, ANY_PROJECT].some((project) => {
          const range = projects.get(project)
          if (range === undefined) return false
          const seconds = findInRun((slot) => readPart.get(partNumber(id, slot)) as Buffer, range, key)
          return seconds >= 0 && !isReleased(project, seconds, last)
        })
      }),
  }
}
