import type { Database } from 'better-sqlite3'
import { guard } from '../sqlite/guard.ts'
import type { SealLease } from './seal-lease.ts'

/** Tests end the process here. `name` says which step it is, and whether it is committed. */
export type FaultPoint = (name: string) => void

/** What a step found when it could not be taken: somebody else has the lease, or the store is being closed. */
export class StepsEnded extends Error {
  override readonly name = 'StepsEnded'
}

/** Long work as small transactions on the connection that ingests, which has its turn between them. */
export interface SmallSteps {
  /** Runs a transaction of some milliseconds. Rejects with {@link StepsEnded} when no more may follow. */
  take<T>(name: string, work: () => T): Promise<T>
}

export interface SmallStepsParts {
  readonly db: Database
  readonly lease: SealLease
  /** How long steps may follow each other before others have their turn. */
  readonly turnMs: () => number
  readonly monotonicMs: () => number
  readonly afterTurn: () => Promise<void>
  /** Resolves when it is no bad time to write. */
  readonly mayWrite: () => Promise<void>
  readonly stopping: AbortSignal
  readonly onStep: () => void
  readonly faultPoint: FaultPoint
}

export function createSmallSteps(parts: SmallStepsParts): SmallSteps {
  const { db, lease, turnMs, monotonicMs, afterTurn, mayWrite, stopping, onStep, faultPoint } = parts
  let turnBegan = Number.NEGATIVE_INFINITY
  return {
    async take(name, work) {
      const isOver = monotonicMs() - turnBegan >= turnMs()
      if (isOver) await afterTurn()
      await mayWrite()
      if (isOver) turnBegan = monotonicMs()
      if (stopping.aborted) throw new StepsEnded('The store is being closed')
      const step = db.transaction(() => {
        if (!lease.renew()) throw new StepsEnded('Another process seals')
        const result = work()
        faultPoint(`${name}, not committed`)
        return result
      })
      const result = await guard(() => step.immediate())
      faultPoint(`${name}, committed`)
      onStep()
      return result
    },
  }
}
