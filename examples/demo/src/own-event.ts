import { matchesHighValuePurchase } from './high-value-purchase.ts'

/** An event that the demo itself caused: a click that it made, a purchase that it asked the service for. */
export interface OwnEvent {
  readonly eventName: string
  readonly metadata: Readonly<Record<string, unknown>>
}

/** How many of them the rule must fire for. */
export function countMatching(events: readonly OwnEvent[]): number {
  return events.filter(({ eventName, metadata }) => matchesHighValuePurchase(eventName, metadata)).length
}

export function countByName(events: readonly OwnEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { eventName } of events) counts.set(eventName, (counts.get(eventName) ?? 0) + 1)
  return counts
}
