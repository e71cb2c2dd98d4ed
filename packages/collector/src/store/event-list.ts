import type { StoredEvent } from './ledger.ts'

/** An event as it is kept. */
export type ListedEvent = Omit<StoredEvent, 'drops' | 'receivedAtMs'>

export interface EventList {
  /** The last events of a project by their timestamps, newest first, without the SDK's own drop reports. */
  latest(projectId: string, limit: number): Promise<readonly ListedEvent[]>
}
