import type { Analytics } from './analytics.ts'
import type { BookReader } from './books.ts'
import type { DeliveryLog } from './delivery-log.ts'
import type { EventList } from './event-list.ts'
import type { EventPages } from './event-pages.ts'
import type { EventStats } from './event-stats.ts'
import type { Eraser, Retention } from './eraser.ts'
import type { Ledger } from './ledger.ts'
import type { Outbox } from './outbox.ts'
import type { ApiKeys, Projects, Rules, Users, Webhooks } from './registry.ts'

/** Everything that a collector keeps, behind ports cut by what each guarantees. */
export interface Store {
  readonly ledger: Ledger
  readonly outbox: Outbox
  readonly deliveryLog: DeliveryLog
  readonly analytics: Analytics
  readonly books: BookReader
  readonly eventList: EventList
  readonly eventPages: EventPages
  readonly eventStats: EventStats
  readonly eraser: Eraser
  readonly retention: Retention
  readonly projects: Projects
  readonly users: Users
  readonly apiKeys: ApiKeys
  readonly webhooks: Webhooks
  readonly rules: Rules
  /** A number that differs from before once another process has committed anything. */
  commitsOfOthers(): Promise<number>
  /** Commits a write that changes nothing. Rejects with `StoreError` when nothing can be written now. */
  proveWritable(): Promise<void>
  /** Ends all use of the store; what was committed stays. */
  close(): Promise<void>
}

/** `process`: a commit survives the death of the process. `power`: it survives the loss of power too. */
export type Durability = 'process' | 'power'
