import type { Subject, SubjectSettings } from '../../../../test/node/subject.ts'
import { loadPeer } from '../load-peer.ts'
import { toldBooks } from '../told-books.ts'
import { within } from '../within.ts'

interface Analytics {
  track(event: { event: string; userId: string; properties: object }, done: (error?: unknown) => void): void
  flush(): Promise<void>
  closeAndFlush(options: { timeout: number }): Promise<void>
}

const { Analytics } = loadPeer('@segment/analytics-node') as { Analytics: new (settings: object) => Analytics }

export function createSubject({ endpoint, maxBatchEvents = 100, requestTimeoutMs }: SubjectSettings): Subject {
  const analytics = new Analytics({
    writeKey: 'key',
    host: endpoint,
    flushAt: maxBatchEvents,
    flushInterval: 500,
    maxRetries: 1000,
    ...(requestTimeoutMs === undefined ? {} : { httpRequestTimeout: requestTimeoutMs }),
  })
  let waiting = 0
  let told = 0
  // A second flush() during the first returns at once: one is kept.
  let underWay: Promise<void> | undefined
  return {
    track(event, userId, properties) {
      waiting++
      analytics.track({ event, userId, properties }, (error) => {
        waiting--
        if (error !== undefined && error !== null) told++
      })
    },
    flush: (timeoutMs) =>
      within(timeoutMs, async () => {
        underWay ??= analytics.flush().finally(() => (underWay = undefined))
        await underWay
        return waiting === 0
      }),
    shutdown: (timeoutMs) => analytics.closeAndFlush({ timeout: timeoutMs }),
    books: () => toldBooks(told),
  }
}
