import type { Database } from 'better-sqlite3'
import type { SealWork } from './seal-work.ts'

/** From this size on the write-ahead log is written back. */
const LARGE_BYTES = 32 * 1024 * 1024

/** From this size on whoever ingests waits until no reader keeps the log from beginning anew. */
const TOO_LARGE_BYTES = 512 * 1024 * 1024

/** The size is asked for once in so many transactions. */
const TRANSACTIONS_A_LOOK = 16

/** Each pass leaves what was written while it ran. */
const PASSES = 2

/** Readers that use the log keep it from beginning anew; they end soon. */
const RETRY_MS = 25
const PATIENCE_MS = 2_000

export interface CheckpointerParts {
  readonly db: Database
  /** Bytes of the write-ahead log. */
  readonly walBytes: () => number
  readonly work: () => SealWork
  readonly wait: (ms: number) => Promise<unknown>
  readonly stopping: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Keeps the write-ahead log short without holding up whoever ingests: another thread writes it back, all but the last of it. */
export interface Checkpointer {
  /** To be told of every transaction of this process. */
  committed(): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createCheckpointer(parts: CheckpointerParts): Checkpointer {
  const { walBytes, stopping, onError } = parts
  let transactions = 0
  let pass: Promise<void> | undefined
  return {
    committed() {
      transactions += 1
      if (transactions % TRANSACTIONS_A_LOOK !== 0 || pass !== undefined || stopping.aborted) return
      if (walBytes() < LARGE_BYTES) return
      pass = writeBack(parts)
        .catch(onError)
        .finally(() => (pass = undefined))
    },
    idle: async () => pass,
  }
}

async function writeBack({ db, walBytes, work, wait, stopping }: CheckpointerParts): Promise<void> {
  for (;;) {
    for (let i = 0; i < PASSES; i++) await work().checkpoint()
    if (stopping.aborted || beginAnew(db, walBytes() > TOO_LARGE_BYTES ? PATIENCE_MS : 0)) return
    await wait(RETRY_MS)
  }
}

/** Writes back the rest. Whether the log begins anew with the next transaction. */
function beginAnew(db: Database, patienceMs: number): boolean {
  const before = db.pragma('busy_timeout', { simple: true }) as number
  db.pragma(`busy_timeout = ${patienceMs}`)
  try {
    const [{ busy }] = db.pragma('wal_checkpoint(RESTART)') as [{ busy: number }]
    return busy === 0
  } finally {
    db.pragma(`busy_timeout = ${before}`)
  }
}
