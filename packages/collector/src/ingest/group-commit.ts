import { StoreError } from '../store/store-error.ts'
import type { Ledger, LedgerBatch, LedgerVerdict, Plan } from '../store/ledger.ts'

/** What became of one request's events, in order; a number where one was stored. */
export interface Committed {
  readonly verdicts: readonly LedgerVerdict[]
  readonly ids: readonly (number | undefined)[]
}

/** Takes one request's events; resolves after the commit that holds them. */
export type Submit = (batch: LedgerBatch) => Promise<Committed>

export interface GroupCommitParts {
  readonly ledger: Ledger
  readonly plan: Plan
  /** Runs a function when the current turn of the event loop is over. */
  readonly afterTurn: (run: () => void) => void
  /** Told after a commit that enqueued deliveries. */
  readonly onEnqueued: () => void
  readonly monotonicMs: () => number
  /** Told after every commit how long it took. */
  readonly onCommitted: (durationMs: number) => void
}

interface Waiting {
  readonly batch: LedgerBatch
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: unknown) => void
}

/** Events that may wait while a commit waits for another process that holds the file: no more, for the sake of memory. */
const MAX_WAITING_EVENTS = 10_000

/**
 * Gathers the requests that arrive in one turn, or while a commit is under way, and commits them together: one
 * transaction, one sync to disk.
 */
export function createGroupCommit(parts: GroupCommitParts): Submit {
  let waiting: Waiting[] = []
  let waitingEvents = 0
  let committing = false

  async function commit(): Promise<void> {
    const group = waiting
    waiting = []
    waitingEvents = 0
    committing = true
    const startedMs = parts.monotonicMs()
    try {
      const { verdicts, ids, enqueued } = await parts.ledger.ingest(
        group.map(({ batch }) => batch),
        parts.plan,
      )
      parts.onCommitted(parts.monotonicMs() - startedMs)
      group.forEach(({ resolve }, i) => resolve({ verdicts: verdicts[i] ?? [], ids: ids[i] ?? [] }))
      if (enqueued > 0) parts.onEnqueued()
    } catch (error) {
      for (const { reject } of group) reject(error)
    } finally {
      committing = false
      if (waiting.length > 0) parts.afterTurn(() => void commit())
    }
  }

  return (batch) =>
    new Promise((resolve, reject) => {
      if (committing && waitingEvents >= MAX_WAITING_EVENTS) {
        return reject(new StoreError('unavailable', `More than ${MAX_WAITING_EVENTS} events wait for a commit`))
      }
      waiting.push({ batch, resolve, reject })
      waitingEvents += batch.entries.length
      if (waiting.length === 1 && !committing) parts.afterTurn(() => void commit())
    })
}
