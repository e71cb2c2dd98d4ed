import type { Database } from 'better-sqlite3'
import type { Ledger, LedgerAnswer, LedgerBatch, LedgerEntry, LedgerVerdict, Plan, StoredEvent } from '../ledger.ts'
import { createEnqueue } from '../sqlite/enqueue-delivery.ts'
import { guard } from '../sqlite/guard.ts'
import { createLaneBooks, type LaneBooks } from '../sqlite/lane-books.ts'
import type { LaneBook } from '../sqlite/open-lane.ts'
import { createProjectIds } from '../sqlite/project-ids.ts'
import { createSqliteRuleWindows } from '../sqlite/sqlite-rule-windows.ts'
import { blockEventOf, createBlockWriter } from './block-writer.ts'
import { newClaimKey, readUuidText, secondsOf } from './claim-key.ts'
import type { BlockEvent } from './encode-block.ts'
import type { TailMemory } from './tail-memory.ts'

export interface BlockLedgerParts {
  readonly db: Database
  readonly memory: TailMemory
  /** Told after each commit that stored events. */
  readonly onStored: () => void
}

/** The ledger on blocks: every call of `ingest` is one transaction, and its fresh events are one block. */
export function createBlockLedger({ db, memory, onStored }: BlockLedgerParts): Ledger {
  const projectRow = cached(createProjectIds(db))
  const judgeBatch = createBatchJudge(db, memory)
  const enqueue = createEnqueue(db)
  const openWindows = createSqliteRuleWindows(db)
  const openLanes = createLaneBooks(db)
  const writeBlock = createBlockWriter(db)

  function ingest(batches: readonly LedgerBatch[], plan: Plan, stored: BlockEvent[]): LedgerAnswer {
    memory.refresh()
    const windows = openWindows()
    const lanes = openLanes()
    let enqueued = 0
    const written = batches.map(({ projectId, entries }) => {
      const fresh: StoredEvent[] = []
      const answer = judgeBatch(projectRow(projectId), entries, { lanes, fresh, stored })
      for (const delivery of plan(projectId, fresh, windows)) enqueued += enqueue(delivery)
      return answer
    })
    windows.save()
    lanes.save()
    if (stored.length > 0) writeBlock(stored)
    return { verdicts: written.map(({ verdicts }) => verdicts), ids: written.map(({ ids }) => ids), enqueued }
  }
  const transaction = db.transaction(ingest)

  return {
    ingest: (batches, plan) =>
      guard(() => {
        const stored: BlockEvent[] = []
        try {
          const answer = transaction.immediate(batches, plan, stored)
          memory.settle('committed', stored.at(-1)?.number ?? memory.lastNumber, stored.length)
          if (stored.length > 0) onStored()
          return answer
        } catch (error) {
          memory.settle('rolled back', 0, 0)
          throw error
        }
      }),
  }
}

interface JudgedBatch {
  readonly verdicts: readonly LedgerVerdict[]
  readonly ids: readonly (number | undefined)[]
}

/** What books the lanes, and gets the events that are stored: of the batch, and of the transaction. */
interface Gathering {
  readonly lanes: LaneBooks
  readonly fresh: StoredEvent[]
  readonly stored: BlockEvent[]
}

function createBatchJudge(db: Database, memory: TailMemory) {
  const judgeLaneless = createLanelessJudge(memory)
  const bookLaneless = db.prepare<[number, number, number]>(
    'UPDATE project SET laneless_stored = laneless_stored + ?, laneless_duplicates = laneless_duplicates + ? WHERE id = ?',
  )
  return (project: number, entries: readonly LedgerEntry[], { lanes, fresh, stored }: Gathering): JudgedBatch => {
    const booked = { stored: 0, duplicate: 0, rejected: 0 }
    const ids: (number | undefined)[] = []
    const verdicts = entries.map((entry, i): LedgerVerdict => {
      const { key } = entry
      const number = (stored.at(-1)?.number ?? memory.lastNumber) + 1
      const book = key.kind === 'lane' ? lanes.lane(project, key.lane) : undefined
      const verdict =
        key.kind === 'lane' ? (book as LaneBook).judge(entry, key.seq) : judgeLaneless(project, entry, number)
      if (book === undefined) booked[verdict] += 1
      if (verdict === 'stored' && entry.kind === 'event') {
        ids[i] = number
        fresh.push(entry.event)
        stored.push(blockEventOf(entry.event, key, { number, project, lane: book?.row.id ?? 0 }))
      }
      return verdict
    })
    if (booked.stored + booked.duplicate > 0) bookLaneless.run(booked.stored, booked.duplicate, project)
    return { verdicts, ids }
  }
}

/** An event without a key claims its own id, so that it is stored once when it is imported. */
function createLanelessJudge(memory: TailMemory) {
  const key = newClaimKey()
  return (project: number, entry: LedgerEntry, number: number): LedgerVerdict => {
    const isEvent = entry.kind === 'event'
    if (!isEvent && entry.key.kind === 'none') return 'rejected'
    readUuidText(key, project, entry.eventId)
    if (!isEvent) return memory.keys.has(key) ? 'duplicate' : 'rejected'
    return memory.keys.claim(key, secondsOf(entry.event.timestampMs), number) ? 'stored' : 'duplicate'
  }
}

/** Projects are never deleted. */
function cached(projectRow: (projectId: string) => number): (projectId: string) => number {
  const rows = new Map<string, number>()
  return (projectId) => {
    const row = rows.get(projectId) ?? projectRow(projectId)
    rows.set(projectId, row)
    return row
  }
}
