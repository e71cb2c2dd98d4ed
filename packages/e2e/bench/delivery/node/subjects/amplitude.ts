import type { Subject, SubjectSettings } from '../../../../test/node/subject.ts'
import { loadPeer } from '../load-peer.ts'
import { toldBooks } from '../told-books.ts'
import { atMost, within } from '../within.ts'

interface Amplitude {
  init(key: string, options: object): unknown
  track(name: string, properties: object, options: object): { promise: Promise<{ code: number }> }
  flush(): { promise: Promise<unknown> }
}

const { createInstance } = loadPeer('@amplitude/analytics-node') as { createInstance: () => Amplitude }

export function createSubject({ endpoint, maxBatchEvents = 200 }: SubjectSettings): Subject {
  const amplitude = createInstance()
  amplitude.init('key', {
    serverUrl: `${endpoint}/2/httpapi`,
    flushIntervalMillis: 500,
    flushQueueSize: maxBatchEvents,
    flushMaxRetries: 1000,
  })
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
    shutdown: async (timeoutMs) => void (await atMost(timeoutMs, amplitude.flush().promise)),
    books: () => toldBooks(told),
  }
}
