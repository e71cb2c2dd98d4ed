import type { Lease, Limiter } from './limiter.ts'

const WINDOW_MS = 60_000

/** Grants within this span are kept as one: a quota costs at most some 61 entries, however large it is. */
const SPAN_MS = 1_000

interface Grant {
  readonly firstMs: number
  lastMs: number
  units: number
}

/**
 * Counts what was granted in the minute before now, so that no minute, wherever it begins, holds more than the limit.
 * `monotonicMs` must never go back: a wall clock that is set would lift limits or lengthen waits.
 */
export function createSlidingLimiter(monotonicMs: () => number): Limiter {
  const quotas = new Map<string, Grant[]>()
  return {
    async lease(quota, units, perMinute) {
      const nowMs = monotonicMs()
      const grants = (quotas.get(quota) ?? []).filter(({ lastMs }) => lastMs + WINDOW_MS > nowMs)
      const granted = sum(grants) + units <= perMinute
      if (granted && units > 0) add(grants, units, nowMs)
      if (grants.length === 0) quotas.delete(quota)
      else quotas.set(quota, grants)
      return leaseOf(grants, granted, perMinute - units, perMinute, nowMs)
    },
  }
}

function leaseOf(grants: readonly Grant[], granted: boolean, room: number, perMinute: number, nowMs: number): Lease {
  const used = sum(grants)
  const leavesInMs = ({ lastMs }: Grant) => lastMs + WINDOW_MS - nowMs
  let left = used
  const last = granted ? undefined : grants.find(({ units }) => (left -= units) <= room)
  return {
    granted,
    remaining: Math.max(0, perMinute - used),
    resetMs: Math.max(0, ...grants.map(leavesInMs)),
    waitMs: last === undefined ? 0 : leavesInMs(last),
  }
}

function add(grants: Grant[], units: number, nowMs: number): void {
  const newest = grants.at(-1)
  if (newest === undefined || nowMs - newest.firstMs >= SPAN_MS) {
    grants.push({ firstMs: nowMs, lastMs: nowMs, units })
  } else {
    newest.lastMs = nowMs
    newest.units += units
  }
}

function sum(grants: readonly Grant[]): number {
  return grants.reduce((total, { units }) => total + units, 0)
}
