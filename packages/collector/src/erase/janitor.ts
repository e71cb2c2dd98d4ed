import type { Eraser } from '../store/eraser.ts'

/** How often the collector looks for what another process, or the one before, left to do. */
const EVERY_MS = 60_000

/** About as long as a piece takes: whoever else writes gets at least half of the time. */
export const RECLAIM_PAUSE_MS = 5

export interface JanitorParts {
  readonly eraser: Pick<Eraser, 'reclaim'>
  /** Between two pieces: lets others write. */
  readonly pause: () => Promise<void>
  /** Calls a function again and again; returns what ends it. */
  readonly every: (intervalMs: number, run: () => void) => () => void
  readonly onError: (error: unknown) => void
}

export interface Janitor {
  /** Something was deleted. */
  wake(): void
  /** Resolves when the piece under way is done, and nothing follows. */
  stop(): Promise<void>
}

/** Takes what was deleted out of the file, piece by piece: now, when told, and from time to time. */
export function startJanitor({ eraser, pause, every, onError }: JanitorParts): Janitor {
  const stopping = new AbortController()
  let pass: Promise<void> | undefined
  let again = false
  const wake = () => {
    again = true
    if (stopping.signal.aborted) return
    pass ??= run()
      .catch(onError)
      .finally(() => (pass = undefined))
  }
  async function run(): Promise<void> {
    while (again && !stopping.signal.aborted) {
      again = false
      await reclaimAll({ eraser, pause, stopping: stopping.signal })
    }
  }
  const cancel = every(EVERY_MS, wake)
  wake()
  return {
    wake,
    async stop() {
      cancel()
      stopping.abort()
      await pass
    },
  }
}

/** Reclaims until nothing is left, or until it is stopped. */
export async function reclaimAll(
  parts: Pick<JanitorParts, 'eraser' | 'pause'> & { readonly stopping: AbortSignal },
): Promise<void> {
  while (!parts.stopping.aborted && (await parts.eraser.reclaim())) await parts.pause()
}
