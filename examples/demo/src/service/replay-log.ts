import type { Tracker } from 'truecount'
import { readLog } from '../read-log.ts'

export interface ReplayOptions {
  readonly tracker: Pick<Tracker, 'track' | 'flush' | 'stats'>
  readonly path: string
  /** Events at or after this instant are no history (milliseconds since 1970 UTC). */
  readonly beforeMs: number
  readonly report: (line: object) => void
  /** Ends the replay where it is. */
  readonly signal: AbortSignal
}

/** Events that may wait to be sent before the replay pauses: a file is read faster than a network takes it. */
const MAX_WAITING = 20
const FLUSH_TIMEOUT_MS = 500

/** Calls `track()` for each event of a log. A bad line is reported with its number, and the rest goes on. */
export async function replayLog({ tracker, path, beforeMs, report, signal }: ReplayOptions): Promise<void> {
  let tracked = 0
  for await (const line of readLog(path, beforeMs)) {
    if (line.kind === 'bad') report({ msg: 'bad line', line: line.line, reason: line.reason })
    if (line.kind !== 'event') continue
    const { eventName, userId, atMs, metadata } = line.event
    tracker.track(eventName, metadata, { timestamp: new Date(atMs), ...(userId === undefined ? {} : { userId }) })
    tracked++
    if (tracker.stats().waiting >= MAX_WAITING) report({ msg: 'replaying', tracked })
    while (tracker.stats().waiting >= MAX_WAITING && !signal.aborted) {
      await tracker.flush({ timeoutMs: FLUSH_TIMEOUT_MS })
    }
    if (signal.aborted) return
  }
  report({ msg: 'replayed', tracked })
}
