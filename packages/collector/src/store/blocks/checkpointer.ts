import type { SealWork } from './seal-work.ts'

/** From this size on the write-ahead log is written back. */
const LARGE_BYTES = 32 * 1024 * 1024

/** From this size on whoever ingests waits until no reader keeps the log from beginning anew. */
const TOO_LARGE_BYTES = 192 * 1024 * 1024

/** The size is asked for once in so many transactions. */
const TRANSACTIONS_A_LOOK = 16

/**
 * How long whoever wants to write may be kept from it, until readers that use the log have ended; they end soon. It must be
 * longer than a writer itself waits, which reads while it waits.
 */
const PATIENCE_MS = 20
const LONG_PATIENCE_MS = 2_000

const RETRY_MS = 200

export interface CheckpointerParts {
  /** Bytes of the write-ahead log. */
  readonly walBytes: () => number
  readonly work: () => SealWork
  readonly wait: (ms: number) => Promise<unknown>
  readonly stopping: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Keeps the write-ahead log short without holding up whoever ingests: another thread writes it back. */
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

async function writeBack({ walBytes, work, wait, stopping }: CheckpointerParts): Promise<void> {
  while (!stopping.aborted) {
    if (await work().checkpoint(walBytes() > TOO_LARGE_BYTES ? LONG_PATIENCE_MS : PATIENCE_MS)) return
    await wait(RETRY_MS)
  }
}
