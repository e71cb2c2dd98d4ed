import type { RandomBytes } from '../id/uuid.ts'
import type { StoredEvent } from '../store/ledger.ts'
import type { IngestObserver } from './ingest-routes.ts'
import type { Submit } from './group-commit.ts'
import { checkEvent } from './ledger-entry.ts'

export interface TakeAllParts {
  readonly submit: Submit
  readonly observer: IngestObserver
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

export type TakenEvents =
  | { readonly ok: true; readonly events: readonly (StoredEvent & { readonly id: number })[] }
  /** Nothing is stored: the event at this index is not valid. */
  | { readonly ok: false; readonly index: number; readonly message: string }

/** Takes events without idempotency keys, all or nothing; resolves after their commit. */
export function createTakeAll({ submit, observer, now, randomBytes }: TakeAllParts) {
  return async (projectId: string, values: readonly unknown[]): Promise<TakenEvents> => {
    observer.received(values.length)
    const arrival = { projectId, nowMs: now(), randomBytes }
    const entries = values.map((value) => checkEvent(value, arrival))
    for (const [index, entry] of entries.entries()) {
      if (entry.kind === 'rejection') return { ok: false, index, message: entry.message }
    }
    const { verdicts, ids } = await submit({ projectId, entries })
    observer.committed(entries, verdicts)
    const events = entries.flatMap((entry, i) =>
      entry.kind === 'event' ? { ...entry.event, id: ids[i] as number } : [],
    )
    return { ok: true, events }
  }
}
