import type { Exclusive } from './exclusive.ts'
import { leased } from './reclaimer.ts'
import type { SealLease } from './seal-lease.ts'
import type { Sealer } from './sealer.ts'

export interface SealLoopParts {
  readonly exclusive: Exclusive
  readonly lease: SealLease
  readonly sealer: Sealer
  /** Keeps the number of runs small. Resolves with whether it did anything. */
  readonly mergeRuns: () => Promise<boolean>
  /** Weight of a segment's blocks, at least; the block that completes it is in whole. */
  readonly segmentEvents: number
  /** Weight of the blocks that are not sealed. */
  readonly unsealed: () => number
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Events come no faster than they are sealed once so many segments of them wait: what is not sealed is held in memory. */
const WAITING_SEGMENTS = 4

/** After a failure, and while another process seals. */
const RETRY_MS = 5_000

/** Seals whenever there is enough. */
export interface SealLoop {
  /** To be told of every commit. */
  wake(): void
  /** Resolves when more events may come: at once where nothing is sealed, because it failed or another process does it. */
  room(): Promise<void>
  /** Seals as many whole segments as there are. */
  sealAll(): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createSealLoop(parts: SealLoopParts): SealLoop {
  const { exclusive, lease, sealer, mergeRuns, segmentEvents, unsealed, now, onError } = parts
  let pass: Promise<void> | undefined
  let notBefore = Number.NEGATIVE_INFINITY
  const progress = createProgress()

  async function sealOne(): Promise<boolean> {
    const sealed = await sealer.seal({ minWeight: segmentEvents, upTo: Number.MAX_SAFE_INTEGER })
    if (!sealed) return false
    while (await sealer.deleteDead());
    while (await mergeRuns());
    return true
  }

  async function sealAll(): Promise<void> {
    while (sealer.unsealed() >= segmentEvents) {
      if (!(await exclusive(() => leased(lease, sealOne)))) {
        notBefore = now() + RETRY_MS
        return
      }
      progress.made()
    }
  }

  function wake(): void {
    if (unsealed() < segmentEvents || pass !== undefined || now() < notBefore) return
    pass = sealAll()
      .catch((error: unknown) => {
        notBefore = now() + RETRY_MS
        onError(error)
      })
      .finally(() => {
        pass = undefined
        progress.made()
      })
  }

  return {
    wake,
    async room() {
      const most = WAITING_SEGMENTS * segmentEvents
      // What is remembered is brought up to date by the next commit only.
      while (unsealed() >= most && sealer.unsealed() >= most) {
        wake()
        if (pass === undefined) return
        await progress.next()
      }
    },
    sealAll,
    idle: async () => pass,
  }
}

/** Lets others wait until something was done. */
function createProgress() {
  let whoWait: (() => void)[] = []
  return {
    next: () => new Promise<void>((resolve) => whoWait.push(resolve)),
    made(): void {
      for (const resolve of whoWait) resolve()
      whoWait = []
    },
  }
}
