import { LANE_ID_CHARACTERS } from '@truecount/protocol'
import type { QueuedEvent } from '../capture/event-queue.ts'
import { createServiceIdentity } from '../capture/identity.ts'
import { createLane } from '../capture/lane.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import type { Clock } from '../clock.ts'
import { createTrackerCore } from '../create-tracker.ts'
import { createDefaultInstance } from '../default-instance.ts'
import type { EventMap } from '../event-map.ts'
import { resolveOptions, type CoreOptions } from '../options.ts'
import type { AutoPageViews } from '../page-views.ts'
import { createFetchTransport, TEXT_HEADERS } from '../send/fetch-transport.ts'
import type { FlushResult, Tracker } from '../tracker.ts'
import { createHandOver, type WaitUntilOptions } from '../wait-until.ts'
import { createCompressingFetch } from './compressing-fetch.ts'
import { TEND_INTERVAL_MS, type QueuePlace } from './file-queue.ts'
import { createProcessLifecycle } from './process-lifecycle.ts'

export { fileQueue } from './file-queue.ts'
export type { OpenQueue, QueueListener, QueuePlace } from './file-queue.ts'
export type { Clock } from '../clock.ts'
export type { EventMap, TrackOptions } from '../event-map.ts'
export type { BeforeSend, Consent, OutgoingEvent } from '../options.ts'
export type { PageViewOptions } from '../page-views.ts'
export type { Signals } from '../signals.ts'
export type { DrainOptions, FlushResult, Tracker, TrackerStats } from '../tracker.ts'

/** Options of a tracker in Node. `maxQueueBytes` bounds what memory holds: default 16 MB. */
export interface TrackerOptions extends CoreOptions, WaitUntilOptions {
  /** Default: Node's own `fetch`. */
  readonly fetch?: typeof fetch
  /** Where events wait. Default: memory, gone with the process; `fileQueue('./events')` keeps them in a folder. */
  readonly queue?: QueuePlace
}

/** With this bound a burst that fills the queue leaves a process of a few MB under 200 MB. */
const MAX_QUEUE_BYTES = 16 * 1024 * 1024
const MAX_BATCH_BYTES = 900 * 1024

/**
 * A tracker for a service: events wait in memory, are sent in batches, and what waits when the process ends by itself
 * is sent then. It keeps no process alive while there is nothing to send.
 */
export function createTracker<Events extends EventMap = EventMap>(given: TrackerOptions): Tracker<Events> {
  const options = resolveOptions(given, { maxQueueBytes: MAX_QUEUE_BYTES, clock: systemClock }, log)
  // The global one: `node:crypto` would be a third of the time that importing this entry takes.
  const lane = createLane(crypto.getRandomValues(new Uint8Array(LANE_ID_CHARACTERS)))
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- whatever JavaScript gives
  const key = String(options.key)
  const opened = options.queue?.open(lane.id, key, options.maxQueueBytes, options.clock.now, {
    // Nobody can listen before this function has returned, nor may a listener track while events are adopted.
    problem: (message) => queueMicrotask(() => core.emit('error', { message })),
    unreadable: (message) =>
      queueMicrotask(() => {
        core.books.adopted++
        core.drop('storage_failed', message)
      }),
  })
  const handOver = createHandOver({
    ...options,
    flush: () => core.tracker.flush(),
    problem: (message) => core.emit('error', { message }),
  })
  let stopTending: (() => void) | undefined
  let underWay: AbortController | undefined
  let mayStore = false
  let hasEnded = false
  let isLeaving = false
  // Written once a turn: a burst that the queue has no room for would else write a file for each event that it drops.
  let jotted: QueuedEvent | undefined
  function writeJotted() {
    if (jotted && mayStore) opened?.write(jotted)
    jotted = undefined
  }
  const transport = createFetchTransport(
    options,
    createCompressingFetch((url, request) => {
      underWay = new AbortController()
      const signal = AbortSignal.any([underWay.signal, AbortSignal.timeout(options.requestTimeoutMs)])
      const headers = { ...TEXT_HEADERS, ...request.headers }
      return (options.fetch ?? fetch)(url, { ...request, headers, signal })
    }),
  )
  const core = createTrackerCore({
    options,
    queue: handOver.watch(opened?.queue ?? createMemoryQueue(options.maxQueueBytes)),
    lane,
    identity: createServiceIdentity(),
    async transport(...batch) {
      const outcome = await transport(...batch)
      if (outcome.verdicts) opened?.refused(false)
      if (outcome.kind === 'unauthorized') opened?.refused(true)
      return outcome
    },
    chance: Math.random,
    maxBatchBytes: MAX_BATCH_BYTES,
    pageMetadata: (page) => ({ page: page ?? undefined }),
    onConsent(granted) {
      mayStore = granted
      stopTending?.()
      stopTending = granted && opened && !hasEnded ? startTending(() => core.adopt(opened.tend)) : undefined
      handOver.onConsent(granted)
    },
    log,
    utf8Bytes: Buffer.byteLength,
    jot(report) {
      if (opened && jotted === undefined) queueMicrotask(writeJotted)
      jotted = report
      if (isLeaving) writeJotted()
    },
  })
  const stopLifecycle = startProcessLifecycle({
    drain: () => core.tracker.flush(),
    waiting: () => core.tracker.stats().waiting,
    giveUp(events) {
      log(`the process ends with ${events} events not sent`)
      underWay?.abort()
    },
    leave() {
      // No microtask runs from here on, but other listeners may, and track.
      isLeaving = true
      writeJotted()
      opened?.leave()
    },
  })
  core.start()
  let end: Promise<FlushResult> | undefined
  return {
    ...core.tracker,
    shutdown: (drain) =>
      (end ??= core.tracker.shutdown(drain).finally(() => {
        // A request without an answer would hold the process for as long as it may take.
        underWay?.abort()
        stopLifecycle()
        hasEnded = true
        stopTending?.()
        writeJotted()
        opened?.close()
      })),
  }
}

const startProcessLifecycle = /* @__PURE__ */ createProcessLifecycle(process)

const systemClock: Clock = {
  now: () => Date.now(),
  startTimer(run, delayMs, keepsAlive = false) {
    const timer = setTimeout(run, delayMs)
    if (!keepsAlive) timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Tends the queue at once and from time to time. Returns what stops it. */
function startTending(tend: () => void): () => void {
  tend()
  const timer = setInterval(tend, TEND_INTERVAL_MS).unref()
  return () => clearInterval(timer)
}

/** Does nothing here: a page that is rendered on a server is viewed in a browser. */
export const autoPageViews: AutoPageViews = () => () => undefined

const method = /* @__PURE__ */ createDefaultInstance<TrackerOptions>({ createTracker, now: () => Date.now(), log })
export const init = /* @__PURE__ */ method('init')
export const track = /* @__PURE__ */ method('track')
export const identify = /* @__PURE__ */ method('identify')
export const page = /* @__PURE__ */ method('page')
export const reset = /* @__PURE__ */ method('reset')
export const flush = /* @__PURE__ */ method('flush')
export const shutdown = /* @__PURE__ */ method('shutdown')
export const optIn = /* @__PURE__ */ method('optIn')
export const optOut = /* @__PURE__ */ method('optOut')
export const on = /* @__PURE__ */ method('on')
export const stats = /* @__PURE__ */ method('stats')

function log(message: string): void {
  console.warn('[truecount]', message)
}
