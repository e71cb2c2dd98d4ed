import { setTimeout as sleep } from 'node:timers/promises'
import { formatLiveFigures, readLiveFigures } from './live-figures.ts'
import type { LiveFigures } from './live-figures.ts'
import type { Screen } from './screen.ts'
import type { Stage } from './set-the-stage.ts'

export interface FollowOptions {
  readonly stage: Stage
  readonly screen: Screen
  /** Events that this run caused in the page so far. */
  readonly clicks: () => number
  /** What broke, if anything did. */
  readonly failure: () => Error | undefined
  readonly signal: AbortSignal
}

const LOOK_INTERVAL_MS = 200

/**
 * Returns a function that shows the figures until they are as wanted, the time is over, or the signal comes.
 * It does not say which: whoever judges the books looks for himself. Rejects if a part of the demo broke.
 */
export function followFigures({ stage, screen, clicks, failure, signal }: FollowOptions) {
  return async (wanted: (figures: LiveFigures) => boolean, timeoutMs = Infinity): Promise<void> => {
    for (let waitedMs = 0; waitedMs < timeoutMs && !signal.aborted; waitedMs += LOOK_INTERVAL_MS) {
      const figures = await readLiveFigures(stage, clicks()).catch((error: unknown) => {
        throw failure() ?? error
      })
      screen.status(formatLiveFigures(figures))
      const broken = failure()
      if (broken !== undefined) throw broken
      if (wanted(figures)) return
      await sleep(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}
