import { randomBytes } from 'node:crypto'
import process from 'node:process'
import { createServiceIdentity } from '../capture/identity.ts'
import { createLane } from '../capture/lane.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import type { Clock } from '../clock.ts'
import { createTrackerCore } from '../create-tracker.ts'
import type { EventMap } from '../event-map.ts'
import { resolveOptions, type CoreOptions } from '../options.ts'
import { createFetchTransport } from '../send/fetch-transport.ts'
import type { Tracker } from '../tracker.ts'
import { TEND_INTERVAL_MS, type OpenQueue, type QueuePlace } from './file-queue.ts'
import { startProcessLifecycle } from './process-lifecycle.ts'

export { fileQueue } from './file-queue.ts'
export type { OpenQueue, QueueListener, QueuePlace } from './file-queue.ts'
export type { EventMap, TrackOptions } from '../event-map.ts'
export type { BeforeSend, Consent, OutgoingEvent } from '../options.ts'
export type { Signals } from '../signals.ts'
export type { DrainOptions, FlushResult, Tracker, TrackerStats } from '../tracker.ts'

/** Options of a tracker in Node. `maxQueueBytes` bounds what memory holds: default 32 MB. */
export interface TrackerOptions extends CoreOptions {
  /** Default: Node's own `fetch`. */
  readonly fetch?: typeof fetch
  /** Where events wait. Default: memory, gone with the process; `fileQueue('./events')` keeps them in a folder. */
  readonly queue?: QueuePlace
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
  const lane = createLane((count) => randomBytes(count))
  const maxQueueBytes = options.maxQueueBytes ?? MAX_QUEUE_BYTES
  const opened = options.queue?.open(lane.id, maxQueueBytes, clock.now, {
    problem: (message) => core.problem(message),
    unreadable: (records) => core.lost('storage_failed', `${records} records of a dead process could not be read`),
  })
  const core = createTrackerCore({
    options,
    problems,
    queue: opened?.queue ?? createMemoryQueue(maxQueueBytes),
    lane,
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
    onConsent: (granted) => granted && opened && tend(opened, clock, () => core.sender.notice()),
    log,
  })
  startProcessLifecycle(process, {
    drain: () => core.tracker.flush(),
    waiting: () => core.tracker.stats().waiting,
    giveUp: (events) => log(`the process ends with ${events} events not sent`),
    close: () => opened?.close(),
  })
  core.start()
  return core.tracker as Tracker<Events>
}

function tend(opened: OpenQueue, clock: Clock, notice: () => void) {
  opened.tend()
  notice()
  clock.startTimer(() => tend(opened, clock, notice), TEND_INTERVAL_MS)
}
