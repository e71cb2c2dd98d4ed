import type { DropReason, DropReport } from '@truecount/protocol'

/** Counts what was given up, and remembers what the collector has not been told of yet. */
export interface DropCounter {
  /** `numbered`: the event has a place in the lane, so the collector must hear of it or it will look for it. */
  count(reason: DropReason, numbered: boolean): void
  /** All drops so far. */
  total(): number
  /** The drops not told yet, or `undefined` if there are none. */
  untold(): DropReport | undefined
  /** The report is in the queue: these drops are told. */
  told(report: DropReport): void
}

export function createDropCounter(): DropCounter {
  const untold = new Map<DropReason, number>()
  let total = 0
  const add = (reason: DropReason, count: number) => untold.set(reason, (untold.get(reason) ?? 0) + count)
  return {
    count(reason, numbered) {
      total++
      if (numbered) add(reason, 1)
    },
    total: () => total,
    untold() {
      return untold.size === 0 ? undefined : { reasons: Object.fromEntries(untold) }
    },
    told(report) {
      for (const [reason, count] of Object.entries(report.reasons) as [DropReason, number][]) {
        add(reason, -count)
        if (untold.get(reason) === 0) untold.delete(reason)
      }
    },
  }
}
