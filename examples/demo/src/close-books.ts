import { readBooks } from './books.ts'
import type { Outcome } from './check-books.ts'
import { compareCounts, compareTotals } from './compare-counts.ts'
import { countLog } from './count-log.ts'
import type { DemoOptions } from './demo-options.ts'
import { countByName } from './own-event.ts'
import type { OwnEvent } from './own-event.ts'
import type { Stage } from './set-the-stage.ts'

export interface CloseBooksOptions {
  readonly stage: Stage
  readonly options: DemoOptions
  readonly logPath: string
  /** The log's events are before, the demo's own ones are not (milliseconds since 1970 UTC). */
  readonly startedAtMs: number
  readonly now: () => number
  readonly clicks: number
  /** What this run caused, clicks included. */
  readonly own: readonly OwnEvent[]
  readonly expectedWebhooks: number
}

/** Ends the service, asks the collector for everything that can be checked, and counts the log anew. */
export async function closeBooks(closing: CloseBooksOptions): Promise<{ outcome: Outcome; badLines: number }> {
  const { stage, options, logPath, startedAtMs, own, expectedWebhooks } = closing
  const { captured, waiting } = await stage.service.stop()
  const books = await readBooks(stage.api)
  const log = await countLog(logPath, startedAtMs)
  const comparisons = await compareCounts(stage.api, log.byName)
  const sinceStart = { fromMs: startedAtMs, toMs: closing.now() + 1 }
  const ownComparisons = options.once ? await compareTotals(stage.api, countByName(own), sinceStart) : []
  const outcome: Outcome = {
    tracked: captured + closing.clicks,
    visitors: !options.once,
    waiting,
    books,
    comparisons: [...comparisons, ...ownComparisons],
    expectedWebhooks,
    webhooks: stage.receiver.tally(),
    replayed: stage.service.replayed(),
    killFailed: options.kill && stage.collector.restarts() === 0,
  }
  return { outcome, badLines: log.badLines }
}
