import { guard } from '../sqlite/guard.ts'
import { StoreError } from '../store-error.ts'
import type { ErasureEnd } from './erasure-end.ts'
import type { Exclusive } from './exclusive.ts'
import type { SealLease } from './seal-lease.ts'
import type { Sealer } from './sealer.ts'
import type { SegmentRewriter } from './segment-rewriter.ts'
import { StepsEnded } from './small-steps.ts'
import type { TailCleaner } from './tail-cleaner.ts'

export interface ReclaimerParts {
  readonly exclusive: Exclusive
  readonly lease: SealLease
  readonly sealer: Sealer
  readonly cleaner: TailCleaner
  readonly rewriter: SegmentRewriter
  readonly mergeRuns: () => Promise<boolean>
  readonly deleteOrphans: () => Promise<boolean>
  readonly sweepTexts: () => Promise<boolean>
  readonly end: ErasureEnd
  readonly wait: (ms: number) => Promise<unknown>
  readonly stopping: AbortSignal
}

/** How often it is looked whether another process has done its piece. */
const OTHERS_MS = 50

/** Takes out of the file what is in it for nothing. */
export interface Reclaimer {
  /** Does one piece, unless another process is at it. Whether there may be more. */
  reclaim(): Promise<boolean>
  /** Whether something of a project's erased users may be left in blocks and segments. */
  hidesUsers(project: number): boolean
  /** Resolves when nothing is. Rejects with `StoreError` (`unavailable`) when the store is closed before. */
  reclaimUsers(project: number): Promise<void>
}

export function createReclaimer(parts: ReclaimerParts): Reclaimer {
  const { exclusive, lease, sealer, cleaner, rewriter, end } = parts
  // In this order: each leaves something to the ones after it, and the last ones want the others to have nothing left.
  const pieces = [
    sealer.deleteDead,
    cleaner.clean,
    rewriter.rewriteNext,
    end.deleteDeliveries,
    parts.mergeRuns,
    parts.deleteOrphans,
    end.deleteUserTexts,
    parts.sweepTexts,
    end.giveBackPages,
    end.forgetErasures,
  ]

  const hidesUsers = (project: number) => rewriter.hidesUsers(project) || cleaner.hidesUsers(project)
  return {
    hidesUsers,
    reclaim: () => exclusive(() => leased(lease, () => firstOf(pieces))),
    async reclaimUsers(project) {
      while (await guard(() => hidesUsers(project))) {
        if (parts.stopping.aborted) throw new StoreError('unavailable', 'The store is being closed')
        const isDone = await exclusive(() => leased(lease, () => firstOf([cleaner.clean, rewriter.rewriteNext])))
        if (!isDone) await parts.wait(OTHERS_MS)
      }
    },
  }
}

/** Whether one of them had something to do. */
async function firstOf(pieces: readonly (() => Promise<boolean>)[]): Promise<boolean> {
  for (const piece of pieces) if (await piece()) return true
  return false
}

/** Runs a piece of work that one process may do at a time; `false` when that is another, now or soon. */
export async function leased(lease: SealLease, work: () => Promise<boolean>): Promise<boolean> {
  if (!(await guard(lease.take))) return false
  try {
    return await work()
  } catch (error) {
    if (error instanceof StepsEnded) return false
    return await guard(() => {
      throw error
    })
  } finally {
    await guard(lease.release).catch(() => undefined)
  }
}
