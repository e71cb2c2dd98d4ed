import { matchesHighValuePurchase } from './high-value-purchase.ts'
import { readLog } from './read-log.ts'

/** When it happened (milliseconds since 1970 UTC), and to whom. */
export interface Occurrence {
  readonly atMs: number
  readonly userId: string | undefined
}

/** What a log holds, counted without Truecount. */
export interface LogCount {
  readonly events: number
  readonly badLines: number
  /** Events for which the demo's rule must fire. */
  readonly matching: number
  readonly byName: ReadonlyMap<string, readonly Occurrence[]>
}

/** Counts the file as it is now. Rejects if it can't be read. */
export async function countLog(path: string, beforeMs: number): Promise<LogCount> {
  const byName = new Map<string, Occurrence[]>()
  let events = 0
  let badLines = 0
  let matching = 0
  for await (const line of readLog(path, beforeMs)) {
    if (line.kind === 'bad') badLines++
    if (line.kind !== 'event') continue
    const { eventName, userId, atMs, metadata } = line.event
    events++
    if (matchesHighValuePurchase(eventName, metadata)) matching++
    const occurrences = byName.get(eventName) ?? []
    occurrences.push({ atMs, userId })
    byName.set(eventName, occurrences)
  }
  return { events, badLines, matching, byName }
}
