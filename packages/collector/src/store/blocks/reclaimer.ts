import { guard } from '../sqlite/guard.ts'
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
  readonly end: ErasureEnd
}

/** Takes out of the file what is in it for nothing. */
export interface Reclaimer {
  /** Does one piece, unless another process is at it. Whether there may be more. */
  reclaim(): Promise<boolean>
  /** Resolves when nothing of a project's erased users is left in blocks and segments, or another process is at it. */
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
    end.giveBackPages,
    end.forgetErasures,
  ]

  return {
    reclaim: () => exclusive(() => leased(lease, () => firstOf(pieces))),
    async reclaimUsers(project) {
      for (;;) {
        const isLeft = () => rewriter.hidesUsers(project) || cleaner.hidesUsers(project)
        if (!(await guard(isLeft))) return
        if (!(await exclusive(() => leased(lease, () => firstOf([cleaner.clean, rewriter.rewriteNext]))))) return
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
