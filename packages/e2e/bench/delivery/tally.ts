import type { EventInput } from '@truecount/protocol'

/** What became of the events of a scenario, seen from the server. */
export interface Tally {
  /** Different events that it took. */
  readonly distinct: number
  /** How often it took one that it had. */
  readonly doubled: number
  /** Of `doubled`: under another id or none, so that nothing tells it from a new event. */
  readonly blind: number
}

/** `identify` says which of the application's events it is, whatever id the SDK gave it; `undefined`: none of them. */
export function tallyOf(
  stored: readonly EventInput[],
  identify: (event: EventInput) => string | number | undefined,
): Tally {
  const known = new Map<string | number, Set<unknown>>()
  let rows = 0
  let ids = 0
  for (const event of stored) {
    const identity = identify(event)
    if (identity === undefined) continue
    rows++
    const seen = known.get(identity) ?? new Set()
    known.set(identity, seen)
    const id = event.idempotency_key ?? Symbol('none')
    if (!seen.has(id)) ids++
    seen.add(id)
  }
  return { distinct: known.size, doubled: rows - known.size, blind: ids - known.size }
}
