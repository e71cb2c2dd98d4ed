import type { StoredEvent } from './ledger.ts'

/** An event as it is shown. */
export type ListedEvent = Omit<KeptEvent, 'receivedAtMs'>

/** An event as it is kept. */
export type KeptEvent = Omit<StoredEvent, 'drops' | 'lastNumber' | 'metadataText' | 'originalTimestampMs'>

/** An event with its place in the order of timestamps, and of arrival where those are equal. */
export interface PlacedEvent extends KeptEvent {
  readonly place: number
}

/** A half-open range of timestamps, in milliseconds since 1970. */
export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
}

/** A project's events, without the SDK's own drop reports. */
export interface EventList {
  /** The last by their timestamps, newest first. */
  latest(projectId: string, limit: number): Promise<readonly KeptEvent[]>
  /** The first of a range after an event of it, oldest first. */
  between(
    projectId: string,
    range: TimeRange,
    after: PlacedEvent | undefined,
    limit: number,
  ): Promise<readonly PlacedEvent[]>
}
