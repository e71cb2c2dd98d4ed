import { Counter, type Registry } from 'prom-client'
import type { LedgerEntry, LedgerVerdict, StoredEvent } from './store/ledger.ts'

/** What is counted of every event. */
export interface EventMetrics {
  /** Events arrived, whatever will become of them. */
  received(events: number): void
  /** They are committed with these verdicts. */
  committed(entries: readonly LedgerEntry[], verdicts: readonly LedgerVerdict[]): void
}

/** Counts as plain numbers, which cost an event next to nothing, and brings them to the registry when it is exposed. */
export function createEventMetrics(registry: Registry): EventMetrics {
  const registers = [registry]
  const counts = { received: 0, stored: 0, duplicate: 0 }
  function expose(name: string, help: string, read: () => number): void {
    const counter = new Counter({
      name,
      help,
      registers,
      collect() {
        counter.reset()
        counter.inc(read())
      },
    })
  }
  expose('events_received_total', 'Events that arrived in requests that could be read', () => counts.received)
  expose('events_stored_total', 'Events stored', () => counts.stored)
  expose('events_duplicate_total', 'Events whose key was stored already', () => counts.duplicate)
  const byReason = (name: string, help: string) => new Counter({ name, help, registers, labelNames: ['reason'] })
  const rejected = byReason('events_rejected_total', 'Events that will never be stored as they are')
  const dropped = byReason('client_reported_dropped_total', 'Events that SDKs told they gave up')

  function countStored(drops: StoredEvent['drops']): void {
    counts.stored += 1
    for (const reason in drops) dropped.inc({ reason }, drops[reason])
  }

  function count(entry: LedgerEntry, verdict: LedgerVerdict): void {
    if (verdict === 'duplicate') counts.duplicate += 1
    else if (entry.kind === 'rejection') rejected.inc({ reason: entry.error })
    else countStored(entry.event.drops)
  }

  return {
    received(events) {
      counts.received += events
    },
    committed(entries, verdicts) {
      entries.forEach((entry, i) => count(entry, verdicts[i] as LedgerVerdict))
    },
  }
}
