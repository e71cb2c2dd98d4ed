import type { Occurrence } from './count-log.ts'
import type { V1Api } from './v1-api.ts'

/** One figure of the collector beside the same figure counted in plain code. */
export interface Comparison {
  /** What was counted. */
  readonly what: string
  readonly expected: number
  readonly reported: number
}

interface Window {
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
}

/** The longest window that one analytics request may ask for. */
const MAX_WINDOW_MS = 366 * 86_400_000

/** Counts and unique users of each event name, over windows that cover every occurrence once. */
export async function compareCounts(
  api: V1Api,
  byName: ReadonlyMap<string, readonly Occurrence[]>,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = []
  for (const [eventName, occurrences] of byName) {
    for (const window of windowsOver(occurrences)) {
      const inside = occurrences.filter(({ atMs }) => atMs >= window.fromMs && atMs < window.toMs)
      const users = new Set(inside.flatMap(({ userId }) => userId ?? []))
      const reported = await askCount(api, eventName, window)
      const what = `${eventName}, ${day(window.fromMs)} to ${day(window.toMs)}`
      comparisons.push({ what, expected: inside.length, reported: reported.count })
      comparisons.push({ what: `users of ${what}`, expected: users.size, reported: reported.unique_users })
    }
  }
  return comparisons
}

/** Counts of the events that happened within one window and whose users are not known here. */
export async function compareTotals(
  api: V1Api,
  totals: ReadonlyMap<string, number>,
  window: Window,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = []
  for (const [eventName, expected] of totals) {
    const { count } = await askCount(api, eventName, window)
    comparisons.push({ what: `${eventName}, made by this demo`, expected, reported: count })
  }
  return comparisons
}

function windowsOver(occurrences: readonly Occurrence[]): Window[] {
  const windows: Window[] = []
  let last: Window | undefined
  for (const atMs of occurrences.map((occurrence) => occurrence.atMs).sort((a, b) => a - b)) {
    if (last === undefined || atMs >= last.fromMs + MAX_WINDOW_MS) {
      last = { fromMs: atMs, toMs: atMs + 1 }
      windows.push(last)
    } else {
      last = { ...last, toMs: atMs + 1 }
      windows[windows.length - 1] = last
    }
  }
  return windows
}

async function askCount(api: V1Api, eventName: string, { fromMs, toMs }: Window) {
  const from = new Date(fromMs).toISOString()
  const to = new Date(toMs).toISOString()
  const answer = await api.get('/api/v1/analytics/events', { event_name: eventName, from, to })
  return answer as { count: number; unique_users: number }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
