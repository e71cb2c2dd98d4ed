import type { Subject, SubjectSettings } from '../../../../test/node/subject.ts'
import { loadPeer } from '../load-peer.ts'
import { toldBooks } from '../told-books.ts'
import { atMost, within } from '../within.ts'

interface Amplitude {
  init(key: string, options: object): { promise: Promise<unknown> }
  track(name: string, properties: object, options: object): { promise: Promise<{ code: number }> }
  flush(): { promise: Promise<unknown> }
}

const { createInstance } = loadPeer('@amplitude/analytics-node') as { createInstance: () => Amplitude }

export function createSubject({ endpoint, maxBatchEvents = 200 }: SubjectSettings): Subject {
  const amplitude = createInstance()
  const isReady = amplitude.init('key', {
    serverUrl: `${endpoint}/2/httpapi`,
    flushIntervalMillis: 500,
    flushQueueSize: maxBatchEvents,
    flushMaxRetries: 1000,
  }).promise
  let waiting = 0
  let told = 0
  return {
    track(name, userId, properties) {
      waiting++
      void amplitude.track(name, properties, { user_id: userId }).promise.then(({ code }) => {
        waiting--
        if (code !== 200) told++
      })
    },
    // Its own flush() gives up whatever its one attempt can't deliver; its timer tries again.
    flush: (timeoutMs) => within(timeoutMs, () => Promise.resolve(waiting === 0)),
    // Before it is ready, flush() returns at once and sends nothing.
    async shutdown(timeoutMs) {
      const drained = isReady.then(() => amplitude.flush().promise)
      await atMost(timeoutMs, drained)
    },
    books: () => toldBooks(told),
  }
}
