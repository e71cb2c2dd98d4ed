import type { ErrorCode, JsonObject, LanePosition } from '@truecount/protocol'
import type { PlannedDelivery } from './outbox.ts'
import type { RuleWindows } from './rule-windows.ts'

/** What makes an event the same event: its place in a lane, another key of its sender's choice, or nothing. */
export type EventKey =
  | ({ readonly kind: 'lane' } & LanePosition)
  | { readonly kind: 'foreign'; readonly text: string }
  | { readonly kind: 'none' }

/** A valid event with everything decided: the ledger adds nothing but its place. */
export interface StoredEvent {
  /** UUID; a pure function of project and key where there is a key. */
  readonly eventId: string
  readonly eventName: string
  readonly userId: string | null
  readonly timestampMs: number
  /** The time that the sender gave, where `timestampMs` is another: its clock was off. */
  readonly originalTimestampMs?: number
  readonly receivedAtMs: number
  readonly metadata: JsonObject
  /** JSON of `metadata`, as it is kept. */
  readonly metadataText: string
  /** What a drop report adds to its lane's drops, by reason; empty for every other event. */
  readonly drops: Readonly<Record<string, number>>
  /** The last number of its lane that was given out when a drop report was written, if it says so. */
  readonly lastNumber?: number
}

/** One event of a request, valid or not: a rejection is booked too, so that its lane's sum closes. */
export type LedgerEntry =
  | { readonly kind: 'event'; readonly eventId: string; readonly key: EventKey; readonly event: StoredEvent }
  | {
      readonly kind: 'rejection'
      readonly eventId: string
      readonly key: EventKey
      readonly error: ErrorCode
      readonly receivedAtMs: number
    }

/** What the sender of a request says of itself: when it sent, by its own clock, and how many events it still holds. */
export interface SenderWord {
  readonly sentAtMs?: number
  readonly waiting?: number
}

/** The events of one request. */
export interface LedgerBatch {
  readonly projectId: string
  readonly entries: readonly LedgerEntry[]
  readonly word?: SenderWord
}

/** `duplicate`: the key is stored already, whatever this repeat of it holds. */
export type LedgerVerdict = 'stored' | 'duplicate' | 'rejected'

/**
 * Says what is due for events that are being stored. It runs inside the transaction: it is synchronous, and changes
 * nothing but the windows.
 */
export type Plan = (
  projectId: string,
  fresh: readonly StoredEvent[],
  windows: RuleWindows,
) => readonly PlannedDelivery[]

export interface LedgerAnswer {
  /** Per batch, per entry, in the order given. */
  readonly verdicts: readonly (readonly LedgerVerdict[])[]
  /** The same for the numbers of events: of the stored ones, and `undefined` for the rest. They grow and are never used again. */
  readonly ids: readonly (readonly (number | undefined)[])[]
  /** How many deliveries were enqueued. */
  readonly enqueued: number
}

export interface Ledger {
  /**
   * Claims keys, appends events, books the lanes and enqueues what `plan` returns: all of it or nothing.
   * Resolves after the commit, never before. Of two entries with one key the first is stored and the second is its
   * duplicate. Rejects with `StoreError` when nothing was stored.
   */
  ingest(batches: readonly LedgerBatch[], plan: Plan): Promise<LedgerAnswer>
}
