import { randomBytes } from 'node:crypto'
import process from 'node:process'
import { createServiceIdentity } from '../capture/identity.ts'
import { createLane } from '../capture/lane.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import { createTrackerCore } from '../create-tracker.ts'
import type { EventMap } from '../event-map.ts'
import { resolveOptions, type CoreOptions } from '../options.ts'
import { createFetchTransport } from '../send/fetch-transport.ts'
import type { Tracker } from '../tracker.ts'
import { startProcessLifecycle } from './process-lifecycle.ts'

export type { EventMap, TrackOptions } from '../event-map.ts'
export type { BeforeSend, Consent, OutgoingEvent } from '../options.ts'
export type { Signals } from '../signals.ts'
export type { DrainOptions, FlushResult, Tracker, TrackerStats } from '../tracker.ts'

/** Options of a tracker in Node. `maxQueueBytes` bounds what memory holds: default 32 MB. */
export interface TrackerOptions extends CoreOptions {
  /** Default: Node's own `fetch`. */
  readonly fetch?: typeof fetch
}

const MAX_QUEUE_BYTES = 32 * 1024 * 1024
const MAX_BATCH_BYTES = 900 * 1024

/**
 * A tracker for a service: events wait in memory, are sent in batches, and what waits when the process ends by itself
 * is sent then. It keeps no process alive while there is nothing to send.
 */
export function createTracker<Events extends EventMap = EventMap>(given: TrackerOptions): Tracker<Events> {
  const { options, problems } = resolveOptions(given)
  const clock = {
    now: () => Date.now(),
    startTimer(run: () => void, delayMs: number, keepsAlive = false) {
      const timer = setTimeout(run, delayMs)
      if (!keepsAlive) timer.unref()
      return () => clearTimeout(timer)
    },
  }
  const log = (message: string) => console.warn('[truecount]', message)
  const { tracker, start } = createTrackerCore({
    options,
    problems,
    queue: createMemoryQueue(options.maxQueueBytes ?? MAX_QUEUE_BYTES),
    lane: createLane((count) => randomBytes(count)),
    identity: createServiceIdentity(),
    clock,
    transport: createFetchTransport({
      endpoint: options.endpoint,
      key: options.key,
      clock,
      requestTimeoutMs: options.requestTimeoutMs,
      fetch: (url, request) => (options.fetch ?? fetch)(url, request as RequestInit),
      createAbort: () => new AbortController(),
    }),
    random: Math.random,
    maxBatchBytes: MAX_BATCH_BYTES,
    pageMetadata: () => ({}),
    onConsent: () => undefined,
    log,
  })
  startProcessLifecycle(
    process,
    () => tracker.flush(),
    () => tracker.stats().waiting,
    (events) => log(`the process ends with ${events} events not sent`),
  )
  start()
  return tracker as Tracker<Events>
}
