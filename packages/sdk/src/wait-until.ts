import type { EventQueue } from './capture/event-queue.ts'
import { errorText } from './error-text.ts'
import type { FlushResult } from './tracker.ts'

/** For platforms that end a request's work with its answer. */
export interface WaitUntilOptions {
  /** Is given a promise whenever events wait, so that a serverless platform lives until they are sent. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

export interface WaitUntilParts extends WaitUntilOptions {
  readonly flush: () => Promise<FlushResult>
  /** Something is wrong that the developer can mend. */
  readonly problem: (message: string) => void
}

/** Hands the platform one promise at a time, that lasts until all that was tracked meanwhile is sent. */
export interface HandOver {
  /** The queue, from now on watched: each event that it takes is handed over. */
  watch(queue: EventQueue): EventQueue
  /** Nothing is handed over before consent is given; then what waits is. */
  onConsent(granted: boolean): void
}

export function createHandOver({ waitUntil, flush, problem }: WaitUntilParts): HandOver {
  let isHandedOver = false
  let isAllowed = false
  let watched: EventQueue | undefined

  async function sendAll(queue: EventQueue) {
    try {
      let result: FlushResult | undefined
      for (;;) {
        const before = result
        // Never in the call that captures: it does no network work, and what follows it goes along.
        await Promise.resolve()
        result = await flush()
        // After a shutdown it is the same one for ever.
        if (result === before) return
        const isGettingOn = result.waiting > 0 && result.delivered + result.dropped > 0
        // What was tracked since was not handed over, for this promise was still there.
        if (!isGettingOn && queue.count() <= result.waiting) return
      }
    } finally {
      isHandedOver = false
    }
  }

  function handOver() {
    if (waitUntil === undefined || !isAllowed || isHandedOver || !watched?.count()) return
    isHandedOver = true
    const work = sendAll(watched)
    try {
      waitUntil(work)
    } catch (cause) {
      problem(errorText(cause))
    }
  }

  return {
    watch(queue) {
      watched = queue
      return {
        ...queue,
        put(event, isReport) {
          const isKept = queue.put(event, isReport)
          handOver()
          return isKept
        },
      }
    },
    onConsent(granted) {
      isAllowed = granted
      handOver()
    },
  }
}
