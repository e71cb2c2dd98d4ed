import type { EventInput, Verdict } from '@truecount/protocol'
import { validateEvent } from '@truecount/protocol/schema'

/** Events in memory, each once, as the collector's ledger keeps them. */
export interface EventStore {
  /** In the order in which they were stored. */
  readonly events: readonly EventInput[]
  /** Stores what is valid and new; says what became of it. `rejects` turns a valid event away all the same. */
  ingest(value: unknown, rejects: (event: EventInput) => boolean): Verdict
  clear(): void
}

export function createEventStore(): EventStore {
  const events: EventInput[] = []
  const idsByKey = new Map<string, string>()
  let count = 0
  // Of a UUID's shape, and the same in every run.
  const nextId = () => `00000000-0000-8000-8000-${String(++count).padStart(12, '0')}`
  return {
    events,
    ingest(value, rejects) {
      const checked = validateEvent(value)
      if (!checked.ok) return { status: 'rejected', error: 'invalid_request', message: checked.message }
      const { event } = checked
      const known = event.idempotency_key === undefined ? undefined : idsByKey.get(event.idempotency_key)
      if (known !== undefined) return { status: 'accepted', event_id: known, duplicate: true }
      if (rejects(event)) {
        return { status: 'rejected', error: 'invalid_request', message: `${event.event_name} is rejected by the test` }
      }
      const id = nextId()
      if (event.idempotency_key !== undefined) idsByKey.set(event.idempotency_key, id)
      events.push(event)
      return { status: 'accepted', event_id: id }
    },
    clear() {
      events.length = 0
      idsByKey.clear()
    },
  }
}
