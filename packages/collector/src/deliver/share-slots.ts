import type { ClaimShare, DueWebhook } from '../store/outbox.ts'

/** How many attempts may be under way at a time. */
export interface SlotLimits {
  readonly total: number
  /** Of the total, at webhooks that fail. */
  readonly failing: number
  readonly perWebhook: number
}

/** What is under way now. */
export interface SlotsTaken {
  readonly total: number
  readonly failing: number
  readonly byWebhook: ReadonlyMap<string, number>
}

/**
 * Shares the free slots among webhooks: whoever has the fewest gets the next, and of equals the longest due. A webhook
 * that fails gets one at a time, and all that fail together no more than their part, so that no number of dead or slow
 * ones takes the slots of the others.
 */
export function shareSlots(due: readonly DueWebhook[], taken: SlotsTaken, limits: SlotLimits): readonly ClaimShare[] {
  const oldestFirst = due.toSorted((a, b) => a.dueAtMs - b.dueAtMs)
  const shares = new Map<string, number>()
  let free = limits.total - taken.total
  let freeForFailing = limits.failing - taken.failing
  for (let level = 0; level < limits.perWebhook; level++) {
    for (const { webhookId, failing, due: count } of oldestFirst) {
      const share = shares.get(webhookId) ?? 0
      const has = (taken.byWebhook.get(webhookId) ?? 0) + share
      const mayHave = failing ? 1 : limits.perWebhook
      if (free <= 0 || has > level || has >= mayHave || share >= count || (failing && freeForFailing <= 0)) continue
      shares.set(webhookId, share + 1)
      free -= 1
      if (failing) freeForFailing -= 1
    }
  }
  return [...shares].map(([webhookId, limit]) => ({ webhookId, limit }))
}
