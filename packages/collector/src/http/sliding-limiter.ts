import type { Lease, Limiter } from './limiter.ts'

const WINDOW_MS = 60_000

/** Grants within this span are kept as one: a quota costs at most some 61 entries, however large it is. */
const SPAN_MS = 1_000

interface Grant {
  readonly firstMs: number
  lastMs: number
  units: number
}

/** What was granted of a quota in the minute before now, oldest first, and the sum of it. */
interface Granted {
  readonly grants: Grant[]
  units: number
}

/**
 * Counts what was granted in the minute before now, so that no minute, wherever it begins, holds more than the limit.
 * `monotonicMs` must never go back: a wall clock that is set would lift limits or lengthen waits.
 */
export function createSlidingLimiter(monotonicMs: () => number): Limiter {
  const quotas = new Map<string, Granted>()
  return {
    async lease(quota, units, perMinute) {
      const nowMs = monotonicMs()
      const granted = quotas.get(quota) ?? { grants: [], units: 0 }
      forget(granted, nowMs)
      const fits = granted.units + units <= perMinute
      if (fits && units > 0) add(granted, units, nowMs)
      if (granted.grants.length === 0) quotas.delete(quota)
      else quotas.set(quota, granted)
      return leaseOf(granted, fits, perMinute - units, perMinute, nowMs)
    },
  }
}

function leaseOf(granted: Granted, fits: boolean, room: number, perMinute: number, nowMs: number): Lease {
  // A clock of fractions gives sums a trifle too large, and 60 seconds would be told as 61.
  const leavesInMs = (grant: Grant | undefined) =>
    grant === undefined ? 0 : Math.min(WINDOW_MS, grant.lastMs + WINDOW_MS - nowMs)
  let left = granted.units
  const last = fits ? undefined : granted.grants.find(({ units }) => (left -= units) <= room)
  return {
    granted: fits,
    remaining: Math.max(0, perMinute - granted.units),
    resetMs: leavesInMs(granted.grants.at(-1)),
    waitMs: leavesInMs(last),
  }
}

function forget(granted: Granted, nowMs: number): void {
  const kept = granted.grants.findIndex(({ lastMs }) => lastMs + WINDOW_MS > nowMs)
  for (const { units } of granted.grants.splice(0, kept < 0 ? granted.grants.length : kept)) granted.units -= units
}

function add(granted: Granted, units: number, nowMs: number): void {
  const newest = granted.grants.at(-1)
  granted.units += units
  if (newest === undefined || nowMs - newest.firstMs >= SPAN_MS) {
    granted.grants.push({ firstMs: nowMs, lastMs: nowMs, units })
  } else {
    newest.lastMs = nowMs
    newest.units += units
  }
}
