import type { Subject, SubjectSettings } from '../../../../test/node/subject.ts'
import { loadPeer } from '../load-peer.ts'
import { within } from '../within.ts'

interface PostHog {
  capture(event: { event: string; distinctId: string; properties: object }): void
  flush(): Promise<unknown>
  shutdown(timeoutMs: number): Promise<unknown>
}

const { PostHog } = loadPeer('posthog-node') as { PostHog: new (key: string, options: object) => PostHog }

export function createSubject({ endpoint, maxBatchEvents = 100, requestTimeoutMs }: SubjectSettings): Subject {
  const posthog = new PostHog('key', {
    host: endpoint,
    flushAt: maxBatchEvents,
    maxBatchSize: maxBatchEvents,
    flushInterval: 500,
    maxQueueSize: 1_000_000,
    fetchRetryCount: 100,
    fetchRetryDelay: 1000,
    ...(requestTimeoutMs === undefined ? {} : { requestTimeout: requestTimeoutMs }),
  })
  return {
    track: (event, distinctId, properties) => posthog.capture({ event, distinctId, properties }),
    flush: (timeoutMs) => within(timeoutMs, () => posthog.flush().then(() => true)),
    shutdown: async (timeoutMs) => void (await posthog.shutdown(timeoutMs)),
    books: () => undefined,
  }
}
