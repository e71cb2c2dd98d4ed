import type { Analytics } from '../analytics.ts'
import type { BookReader } from '../books.ts'
import type { EventList } from '../event-list.ts'
import type { EventPages } from '../event-pages.ts'
import type { EventStats } from '../event-stats.ts'
import type { ErasureCount } from './block-eraser.ts'
import type { ErasureWish } from './query/count-erased.ts'

/** What is read off the thread that ingests. Each answer sees all that was committed before it was asked for. */
export interface QueryWork {
  readonly analytics: Analytics
  readonly eventList: EventList
  readonly eventPages: EventPages
  readonly eventStats: EventStats
  readonly books: BookReader
  countErased(projectId: string, wish: ErasureWish): Promise<ErasureCount>
  /** Ends the worker, whatever it does. */
  stop(): Promise<void>
}
