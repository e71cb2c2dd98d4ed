import type { Database } from 'better-sqlite3'
import type { Eraser } from '../eraser.ts'
import type { Ledger } from '../ledger.ts'
import { type BlockEraserParts, createBlockEraser } from './block-eraser.ts'
import { createBlockLedger } from './block-ledger.ts'
import { type CheckpointerParts, createCheckpointer } from './checkpointer.ts'
import { createErasureEnd } from './erasure-end.ts'
import { createExclusive } from './exclusive.ts'
import { hasRows, type MigrateRowsParts, migrateRows } from './migrate-rows.ts'
import { createOrphanDeleter } from './orphan-parts.ts'
import { createReclaimer } from './reclaimer.ts'
import { createRunMerger } from './run-merger.ts'
import { createSealLease } from './seal-lease.ts'
import { createSealLoop } from './seal-loop.ts'
import type { SealWork } from './seal-work.ts'
import { createSealer } from './sealer.ts'
import { createSegmentRewriter } from './segment-rewriter.ts'
import { createSmallSteps, type FaultPoint } from './small-steps.ts'
import { createTailCleaner } from './tail-cleaner.ts'
import { createTailMemory } from './tail-memory.ts'
import { createTextSweeper } from './text-sweeper.ts'

/** How long background work may hold the thread before others have their turn; longer, the more of it there is. */
const TURN_MS = 4
const MAX_TURN_MS = 256

export interface BlockFileParts {
  readonly db: Database
  /** Like no other's that uses the file. */
  readonly name: string
  /** Starts its worker when it is first asked for. */
  readonly work: () => SealWork
  readonly count: BlockEraserParts['count']
  /** Events of a segment, at least. */
  readonly segmentEvents: number
  readonly walBytes: CheckpointerParts['walBytes']
  readonly now: () => number
  readonly monotonicMs: () => number
  readonly wait: (ms: number) => Promise<unknown>
  readonly afterTurn: () => Promise<void>
  readonly onError: (error: unknown) => void
  readonly faultPoint: FaultPoint
}

/** The events of a file, as far as they are written. */
export interface BlockFile {
  readonly ledger: Ledger
  readonly eraser: Eraser
  /** Moves events from rows, if the file has any, before anything else is done. */
  migrate(onProgress: MigrateRowsParts['onProgress']): Promise<void>
  /** Makes segments of the blocks that are there, as far as they make whole ones. */
  sealAll(): Promise<void>
  /** Resolves when the step under way is done, and nothing follows. */
  stop(): Promise<void>
}

export function openBlockFile(parts: BlockFileParts): BlockFile {
  const { db, name, work, count, segmentEvents, now, afterTurn, faultPoint } = parts
  const ending = new AbortController()
  const stoppable = { ...parts, stopping: ending.signal }
  const memory = createTailMemory(db, name)
  const checkpointer = createCheckpointer(stoppable)
  const exclusive = createExclusive()
  const lease = createSealLease(db, name, now)
  const turnMs = () =>
    Math.min(MAX_TURN_MS, TURN_MS * 2 ** Math.max(0, Math.floor(memory.unsealed / segmentEvents) - 1))
  const steps = createSmallSteps({
    ...stoppable,
    lease,
    turnMs,
    mayWrite: checkpointer.copied,
    onStep: checkpointer.committed,
  })
  const sealer = createSealer({ db, steps, work })
  const mergeRuns = createRunMerger(db, steps, work)
  const unsealed = () => memory.unsealed
  const sealLoop = createSealLoop({ ...parts, exclusive, lease, sealer, mergeRuns, unsealed })
  const reclaimer = createReclaimer({
    ...stoppable,
    exclusive,
    lease,
    sealer,
    mergeRuns,
    cleaner: createTailCleaner(db, steps),
    rewriter: createSegmentRewriter(db, steps, work),
    deleteOrphans: createOrphanDeleter(db, steps),
    sweepTexts: createTextSweeper(db, steps, work),
    end: createErasureEnd(db, steps, work),
  })
  const onCommitted = () => {
    checkpointer.committed()
    sealLoop.wake()
  }
  return {
    ledger: withRoom(createBlockLedger({ db, memory, onCommitted, faultPoint }), sealLoop.room),
    eraser: createBlockEraser({ db, count, reclaimer, afterTurn }),
    async migrate(onProgress) {
      if (hasRows(db)) await migrateRows({ db, seal: sealLoop.sealAll, onProgress, afterTurn, faultPoint })
    },
    sealAll: sealLoop.sealAll,
    async stop() {
      ending.abort()
      await Promise.all([sealLoop.idle(), checkpointer.idle(), exclusive(() => Promise.resolve())])
    },
  }
}

/** Lets nothing in before there is room for it. */
function withRoom(ledger: Ledger, room: () => Promise<void>): Ledger {
  return {
    async ingest(batches, plan) {
      await room()
      return ledger.ingest(batches, plan)
    },
  }
}
