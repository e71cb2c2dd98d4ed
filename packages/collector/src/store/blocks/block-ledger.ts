import type { Database } from 'better-sqlite3'
import type { Ledger, LedgerAnswer, LedgerBatch, LedgerVerdict, Plan, StoredEvent } from '../ledger.ts'
import { createEnqueue } from '../sqlite/enqueue-delivery.ts'
import { guard } from '../sqlite/guard.ts'
import { createLaneBooks, type LaneBooks } from '../sqlite/lane-books.ts'
import { createProjectIds } from '../sqlite/project-ids.ts'
import { arrivalOf } from '../sqlite/sender-word.ts'
import { createSqliteRuleWindows } from '../sqlite/sqlite-rule-windows.ts'
import { weightOfBlock } from './block-weight.ts'
import { blockEventOf, createBlockWriter } from './block-writer.ts'
import type { BlockEvent } from './encode-block.ts'
import { createLanelessJudge, type LanelessJudge } from './laneless-judge.ts'
import type { FaultPoint } from './small-steps.ts'
import type { TailMemory } from './tail-memory.ts'

export interface BlockLedgerParts {
  readonly db: Database
  readonly memory: TailMemory
  /** Told after each commit. */
  readonly onCommitted: () => void
  readonly faultPoint: FaultPoint
}

/** The ledger on blocks: every call of `ingest` is one transaction, and its fresh events are one block. */
export function createBlockLedger({ db, memory, onCommitted, faultPoint }: BlockLedgerParts): Ledger {
  const projectRow = cached(createProjectIds(db))
  const laneless = createLanelessJudge(memory)
  const judgeBatch = createBatchJudge(memory, laneless)
  const enqueue = createEnqueue(db)
  const openWindows = createSqliteRuleWindows(db)
  const openLanes = createLaneBooks(db)
  const writeBlock = createBlockWriter(db)

  function ingest(batches: readonly LedgerBatch[], plan: Plan, block: WrittenBlock): LedgerAnswer {
    const stored = block.events
    memory.refresh()
    const projects = batches.map(({ projectId }) => projectRow(projectId))
    laneless.gather(batches, projects)
    const windows = openWindows()
    const lanes = openLanes()
    let enqueued = 0
    const written = batches.map((batch, i) => {
      const fresh: StoredEvent[] = []
      const answer = judgeBatch(projects[i] as number, batch, { lanes, fresh, stored })
      const last = stored.at(-1)?.number ?? memory.lastNumber
      for (const delivery of plan(batch.projectId, fresh, windows)) enqueued += enqueue(delivery, last)
      return answer
    })
    windows.save()
    lanes.save()
    if (stored.length > 0) block.weight = weightOfBlock(stored.length, writeBlock(stored))
    faultPoint('ingest, not committed')
    return { verdicts: written.map(({ verdicts }) => verdicts), ids: written.map(({ ids }) => ids), enqueued }
  }
  const transaction = db.transaction(ingest)

  return {
    ingest: (batches, plan) =>
      guard(() => {
        const block: WrittenBlock = { events: [], weight: 0 }
        try {
          const answer = transaction.immediate(batches, plan, block)
          faultPoint('ingest, committed')
          memory.settle('committed', block.events.at(-1)?.number ?? memory.lastNumber, block.weight)
          onCommitted()
          return answer
        } catch (error) {
          memory.settle('rolled back', 0, 0)
          throw error
        }
      }),
  }
}

/** What a transaction stores. */
interface WrittenBlock {
  readonly events: BlockEvent[]
  weight: number
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

function createBatchJudge(memory: TailMemory, laneless: LanelessJudge) {
  return (project: number, batch: LedgerBatch, { lanes, fresh, stored }: Gathering): JudgedBatch => {
    const ids: (number | undefined)[] = []
    lanes.hear(project, batch)
    let number = (stored.at(-1)?.number ?? memory.lastNumber) + 1
    const verdicts = batch.entries.map((entry, i): LedgerVerdict => {
      const { key } = entry
      const verdict =
        key.kind === 'lane' ? lanes.lane(project, key.lane).judge(entry, key.seq) : laneless.judge(entry, number)
      if (key.kind !== 'lane') lanes.bookLaneless(project, verdict, arrivalOf(entry))
      if (verdict === 'stored' && entry.kind === 'event') {
        ids[i] = number
        const event = lanes.keep(project, batch, entry)
        const lane = key.kind === 'lane' ? lanes.lane(project, key.lane).row.id : 0
        fresh.push(event)
        stored.push(blockEventOf(event, key, { number, project, lane }))
        number += 1
      }
      return verdict
    })
    return { verdicts, ids }
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
