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

/** Asks a thread of its own, which is started by the first question: none is ever answered on the caller's thread. */
export function createQueryClient(data: QueryThreadData): QueryWork {
  const { call, stop } = createThreadCalls(threadEntry('query-thread'), data)
  const ports = Object.fromEntries(
    NAMES.map((name) => [name, (...args: unknown[]) => call(name, ...args)]),
  ) as unknown as Questions
  const { countErased } = ports
  return { analytics: ports, eventList: ports, eventPages: ports, eventStats: ports, books: ports, countErased, stop }
}
