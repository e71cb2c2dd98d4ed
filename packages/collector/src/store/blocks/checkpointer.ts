import type { SealWork } from './seal-work.ts'

/** From this size on the write-ahead log is written back. */
const LARGE_BYTES = 32 * 1024 * 1024

/** Sizes from which on whoever ingests is kept waiting for the readers of the log, a moment or until they have ended. */
const LARGER_BYTES = 96 * 1024 * 1024
const TOO_LARGE_BYTES = 192 * 1024 * 1024

/** The size is asked for once in so many transactions. */
const TRANSACTIONS_A_LOOK = 16

/**
 * How long whoever wants to write may be kept from it, until readers that use the log have ended, who end soon. Where one
 * report follows another a try fails most of the time: while there is room for more of the log it must cost next to nothing.
 */
const SHORT_PATIENCE_MS = 2
const PATIENCE_MS = 20
const LONG_PATIENCE_MS = 2_000

const RETRY_MS = 200

/** Who did not end in so long ends no sooner for those who wait: a backup, say. Between long waits are so many others, ten seconds. */
const TRIES_A_LONG_WAIT = 50

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
  for (let tries = TRIES_A_LONG_WAIT; !stopping.aborted; tries++) {
    const mayBeLong = tries >= TRIES_A_LONG_WAIT
    const patienceMs = patienceWith(walBytes(), mayBeLong)
    if (await work().checkpoint(patienceMs)) return
    if (patienceMs === LONG_PATIENCE_MS) tries = 0
    await wait(RETRY_MS)
  }
}

function patienceWith(bytes: number, mayBeLong: boolean): number {
  if (bytes > TOO_LARGE_BYTES && mayBeLong) return LONG_PATIENCE_MS
  return bytes > LARGER_BYTES ? PATIENCE_MS : SHORT_PATIENCE_MS
}
