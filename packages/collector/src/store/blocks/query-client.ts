import type { QueryThreadData } from './query-thread.ts'
import type { Queries } from './queries.ts'
import type { QueryWork } from './query-work.ts'
import { createThreadCalls } from './thread-calls.ts'
import { threadEntry } from './thread-entry.ts'

/** The queries as they are asked from another thread. */
type Questions = {
  readonly [Name in keyof Queries]: (...args: Parameters<Queries[Name]>) => Promise<Awaited<ReturnType<Queries[Name]>>>
}

const NAMES: readonly (keyof Queries)[] = [
  'series',
  'stats',
  'page',
  'ofUser',
  'latest',
  'between',
  'books',
  'lanesStored',
  'gappedLanes',
  'total',
  'countErased',
]

/** Besides texts of columns: those of the tail, and of what a question goes through. */
const HEAP_MB = 1024

/** Asks a thread of its own, which is started by the first question: none is ever answered on the caller's thread. */
export function createQueryClient(data: QueryThreadData): QueryWork {
  const columnMb = Math.ceil(data.columnBytes / 1024 / 1024)
  const { call, stop } = createThreadCalls(threadEntry('query-thread'), data, HEAP_MB + columnMb)
  const ports = Object.fromEntries(
    NAMES.map((name) => [name, (...args: unknown[]) => call(name, ...args)]),
  ) as unknown as Questions
  const { countErased } = ports
  return { analytics: ports, eventList: ports, eventPages: ports, eventStats: ports, books: ports, countErased, stop }
}
