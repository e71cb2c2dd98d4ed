import { KEPT_WAL_BYTES } from '../sqlite/open-database.ts'
import type { SealWork } from './seal-work.ts'

/** From this size on the write-ahead log is written back. More than what is kept of it, which is its size from then on. */
const LARGE_BYTES = KEPT_WAL_BYTES + 1024 * 1024

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
  /**
   * Resolves when nothing is being copied out of the log. For work that can wait: what it writes meanwhile would be copied while
   * whoever ingests is kept from writing, and so would the file be cut then.
   */
  copied(): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createCheckpointer(parts: CheckpointerParts): Checkpointer {
  const { walBytes, work, stopping, onError } = parts
  let transactions = 0
  let pass: Promise<void> | undefined
  let copying: Promise<boolean> | undefined

  function copy(patienceMs: number): Promise<boolean> {
    copying = work()
      .checkpoint(patienceMs)
      .finally(() => (copying = undefined))
    return copying
  }

  return {
    committed() {
      transactions += 1
      if (transactions % TRANSACTIONS_A_LOOK !== 0 || pass !== undefined || stopping.aborted) return
      if (walBytes() < LARGE_BYTES) return
      pass = writeBack(parts, copy)
        .catch(onError)
        .finally(() => (pass = undefined))
    },
    async copied() {
      await copying?.catch(() => undefined)
    },
    idle: async () => pass,
  }
}

async function writeBack(
  { walBytes, wait, stopping }: CheckpointerParts,
  copy: (patienceMs: number) => Promise<boolean>,
): Promise<void> {
  for (let tries = TRIES_A_LONG_WAIT; !stopping.aborted; tries++) {
    const mayBeLong = tries >= TRIES_A_LONG_WAIT
    const patienceMs = patienceWith(walBytes(), mayBeLong)
    if (await copy(patienceMs)) return
    if (patienceMs === LONG_PATIENCE_MS) tries = 0
    await wait(RETRY_MS)
  }
}

function patienceWith(bytes: number, mayBeLong: boolean): number {
  if (bytes > TOO_LARGE_BYTES && mayBeLong) return LONG_PATIENCE_MS
  return bytes > LARGER_BYTES ? PATIENCE_MS : SHORT_PATIENCE_MS
}
