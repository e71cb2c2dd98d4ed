import type { Database } from 'better-sqlite3'
import { addToBloomFilter, mayHold, newBloomFilter } from './bloom-filter.ts'
import { type ClaimKey, newClaimKey, readClaimed } from './claim-key.ts'
import { keptOf, type RowCheck } from './examine-rows.ts'
import { decodeRunHead, decodeRunPart, ENTRY_WORDS, type ProjectKeys, readEntry, type RunHead } from './key-run.ts'
import { createKeyTable } from './key-table.ts'
import { findInRun } from './run-search.ts'
import { partNumber } from './part-number.ts'
import { readStoredRows, type StoredRows } from './stored-rows.ts'

const ANY_PROJECT = 0

interface Run {
  readonly id: number
  readonly first: number
  readonly last: number
  readonly keys: number
}

function createRunReader(db: Database) {
  const list = db.prepare<[], Run>('SELECT id, first, last, keys FROM key_run ORDER BY id')
  const head = db.prepare<[number], Buffer>('SELECT head FROM key_run WHERE id = ?').pluck()
  const part = db.prepare<[number], Buffer>('SELECT body FROM key_run_part WHERE part = ?').pluck()
  return {
    list: () => list.all(),
    head: ({ id, keys }: Run) => decodeRunHead(head.get(id) as Buffer, keys),
    part: (id: number, slot: number) => part.get(partNumber(id, slot)) as Buffer,
  }
}

/** Calls for each key of an event that is not hidden. */
function forEachKey(stored: StoredRows, run: (key: ClaimKey) => void): void {
  const { claims, projects } = stored.rows
  const key = newClaimKey()
  for (const row of keptOf(stored)) {
    if (claims.length(row) === 0) continue
    readClaimed(key, projects[row] as number, claims, row)
    run(key)
  }
}

/** Keys of a block are claimed by being in it. */
export function checkClaims(db: Database): RowCheck {
  const reader = createRunReader(db)
  const runs = reader.list().map((run) => ({ ...run, projects: reader.head(run).projects }))
  let wrong = 0
  return {
    check: 'every event outside a lane has its key claimed',
    look(stored) {
      if (stored.segment === undefined) return
      const keys: ClaimKey[] = []
      forEachKey(stored, (key) => keys.push({ ...key }))
      keys.sort((x, y) => x.project - y.project || x.a - y.a || x.b - y.b || x.c - y.c)
      const { first, last } = stored.source
      let left = keys
      for (const run of runs) {
        if (left.length === 0) break
        const isOld = run.projects.some(({ project }) => project === ANY_PROJECT)
        if (!isOld && (run.first > last || run.last < first)) continue
        left = left.filter(missingFrom(run.projects, (slot) => reader.part(run.id, slot)))
      }
      wrong += left.length
    },
    wrong: () => wrong,
  }
}

/** Keys that are asked for in order read each part once. */
function missingFrom(projects: readonly ProjectKeys[], read: (slot: number) => Buffer): (key: ClaimKey) => boolean {
  const parts = new Map<number, Buffer>()
  const cached = (slot: number) => {
    const part = parts.get(slot) ?? read(slot)
    if (parts.size > 4) parts.clear()
    parts.set(slot, part)
    return part
  }
  return (key) => {
    const ranges = projects.filter(({ project }) => project === key.project || project === ANY_PROJECT)
    return !ranges.some((range) => findInRun(cached, range, key) >= 0)
  }
}

export function checkRuns(db: Database): number {
  const reader = createRunReader(db)
  return reader
    .list()
    .reduce((wrong, run) => wrong + countMisplaced(run, reader.head(run), (slot) => reader.part(run.id, slot)), 0)
}

/** Keys that are out of order, or not in the filter. */
function countMisplaced({ keys }: Run, { projects, filter }: RunHead, read: (slot: number) => Buffer): number {
  let [wrong, entry] = [0, 0]
  const key = newClaimKey()
  const before = newClaimKey()
  for (let slot = 0; entry < keys; slot++) {
    const entries = decodeRunPart(read(slot))
    for (let i = 0; i < entries.length / ENTRY_WORDS; i++, entry++) {
      const project = projects.find(({ start, end }) => start <= entry && entry < end)?.project ?? -1
      readEntry(key, project, entries, i)
      const order = key.project - before.project || key.a - before.a || key.b - before.b || key.c - before.c
      if ((entry > 0 && order <= 0) || !mayHold(filter, key)) wrong += 1
      Object.assign(before, key)
    }
  }
  return wrong + Number(entry !== keys)
}

/** Keys that two events have: those that may be are found with a filter, and then looked for again. */
export function checkKeysOnce(db: Database): RowCheck {
  const laneless = db.prepare<[], number>('SELECT coalesce(sum(laneless), 0) FROM lane_tally').pluck().get() as number
  const filter = newBloomFilter(laneless)
  const suspects = createKeyTable(0)
  let isSuspected = false
  return {
    check: 'no key outside a lane is stored twice',
    look: (stored) =>
      forEachKey(stored, (key) => {
        if (mayHold(filter, key)) {
          isSuspected = true
          suspects.put(key, 0, 0)
        } else addToBloomFilter(filter, key)
      }),
    wrong() {
      if (!isSuspected) return 0
      let wrong = 0
      for (const stored of readStoredRows(db)) {
        forEachKey(stored, (key) => {
          if (!suspects.find(key)) return
          if (suspects.number > 0) wrong += 1
          suspects.put(key, 0, 1)
        })
      }
      return wrong
    },
  }
}
