import { LANE_ID_CHARACTERS, utf8Bytes } from '@truecount/protocol'
import { createServiceIdentity } from '../capture/identity.ts'
import { createLane, type Lane } from '../capture/lane.ts'
import { createMemoryQueue } from '../capture/memory-queue.ts'
import type { Clock } from '../clock.ts'
import { createTrackerCore } from '../create-tracker.ts'
import { createDefaultInstance } from '../default-instance.ts'
import type { EventMap } from '../event-map.ts'
import { resolveOptions, type CoreOptions } from '../options.ts'
import type { AutoPageViews } from '../page-views.ts'
import { createFetchTransport, TEXT_HEADERS } from '../send/fetch-transport.ts'
import type { Tracker } from '../tracker.ts'
import { createHandOver, type WaitUntilOptions } from '../wait-until.ts'

export type { Clock } from '../clock.ts'
export type { EventMap, TrackOptions } from '../event-map.ts'
export type { BeforeSend, Consent, OutgoingEvent } from '../options.ts'
export type { PageViewOptions } from '../page-views.ts'
export type { Signals } from '../signals.ts'
export type { DrainOptions, FlushResult, Tracker, TrackerStats } from '../tracker.ts'

/** Options of a tracker in a worker. `maxQueueBytes` bounds what memory holds: default 1 MB. */
export interface TrackerOptions extends CoreOptions, WaitUntilOptions {
  /** Default: the worker's own `fetch`. */
  readonly fetch?: typeof fetch
}

const MAX_QUEUE_BYTES = 1024 * 1024
const MAX_BATCH_BYTES = 900 * 1024

/**
 * A tracker for edge and web workers: events wait in memory and are gone with it. On an edge platform make one for each
 * request, with its `waitUntil`, and nothing else is to be done: requests and timers end with the request that began
 * them, so a tracker that outlives it would wait for an answer that nobody brings. Creating one does nothing, which is
 * all that is allowed outside of a request.
 */
export function createTracker<Events extends EventMap = EventMap>(given: TrackerOptions): Tracker<Events> {
  const options = resolveOptions(given, { maxQueueBytes: MAX_QUEUE_BYTES, clock: systemClock }, log)
  const handOver = createHandOver({
    ...options,
    flush: () => core.tracker.flush(),
    problem: (message) => core.emit('error', { message }),
  })
  const core = createTrackerCore({
    options,
    queue: handOver.watch(createMemoryQueue(options.maxQueueBytes)),
    lane: createLateLane(),
    identity: createServiceIdentity(),
    transport: createFetchTransport(options, (url, request) =>
      (options.fetch ?? fetch)(url, {
        ...request,
        headers: TEXT_HEADERS,
        signal: AbortSignal.timeout(options.requestTimeoutMs),
      } as RequestInit),
    ),
    chance: Math.random,
    maxBatchBytes: MAX_BATCH_BYTES,
    pageMetadata: (page) => ({ page: page ?? undefined }),
    onConsent: handOver.onConsent,
    log,
    utf8Bytes,
  })
  core.start()
  return core.tracker
}

const systemClock: Clock = {
  now: () => Date.now(),
  startTimer(run, delayMs) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Gets its id with its first event: edge platforms give no random bytes outside of a request. */
function createLateLane(): Lane {
  let lane: Lane | undefined
  const made = () => (lane ??= createLane(crypto.getRandomValues(new Uint8Array(LANE_ID_CHARACTERS))))
  return {
    get id() {
      return made().id
    },
    nextKey: () => made().nextKey(),
    count: () => made().count(),
  }
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
