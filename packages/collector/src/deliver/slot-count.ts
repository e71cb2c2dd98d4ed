import type { SlotsTaken } from './share-slots.ts'

/** Counts the attempts under way. */
export interface SlotCount {
  taken(): SlotsTaken
  /** Returns what frees the slot, to be called once. */
  take(webhookId: string, failing: boolean): () => void
}

export function createSlotCount(): SlotCount {
  const byWebhook = new Map<string, number>()
  let total = 0
  let failingTotal = 0

  function add(webhookId: string, failing: boolean, step: 1 | -1): void {
    total += step
    if (failing) failingTotal += step
    const count = (byWebhook.get(webhookId) ?? 0) + step
    if (count === 0) byWebhook.delete(webhookId)
    else byWebhook.set(webhookId, count)
  }

  return {
    taken: () => ({ total, failing: failingTotal, byWebhook }),
    take(webhookId, failing) {
      add(webhookId, failing, 1)
      return () => add(webhookId, failing, -1)
    },
  }
}
