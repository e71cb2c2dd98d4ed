import type { Subject, SubjectSettings } from '../../../../test/node/subject.ts'
import { loadPeer } from '../load-peer.ts'
import { toldBooks } from '../told-books.ts'
import { within } from '../within.ts'

interface Failure {
  readonly events: readonly unknown[]
  readonly willRetry: boolean
}

interface Snowplow {
  newTracker(tracker: object, emitter: object): { track(event: unknown): void; flush(): Promise<void> }
  buildSelfDescribingEvent(given: { event: { schema: string; data: object } }): unknown
}

interface EventStore {
  count(): Promise<number>
}

const PEER = '@snowplow/node-tracker'
const { newTracker, buildSelfDescribingEvent } = loadPeer(PEER) as Snowplow
const { newInMemoryEventStore } = loadPeer(PEER, '@snowplow/tracker-core') as {
  newInMemoryEventStore: (options: object) => EventStore
}

export function createSubject({ endpoint, maxBatchEvents = 10, requestTimeoutMs }: SubjectSettings): Subject {
  const eventStore = newInMemoryEventStore({ maxSize: 1_000_000 })
  let told = 0
  const tracker = newTracker(
    { namespace: 'bench', appId: 'bench' },
    {
      endpoint,
      eventStore,
      bufferSize: maxBatchEvents,
      onRequestFailure({ events, willRetry }: Failure) {
        if (!willRetry) told += events.length
      },
      ...(requestTimeoutMs === undefined ? {} : { connectionTimeout: requestTimeoutMs }),
    },
  )
  const flush = (timeoutMs: number) =>
    within(timeoutMs, async () => {
      await tracker.flush()
      return (await eventStore.count()) === 0
    })
  return {
    track(name, userId, metadata) {
      const event = { schema: 'iglu:com.example/step/jsonschema/1-0-0', data: { name, userId, ...metadata } }
      tracker.track(buildSelfDescribingEvent({ event }))
    },
    flush,
    shutdown: flush,
    books: () => toldBooks(told),
  }
}
