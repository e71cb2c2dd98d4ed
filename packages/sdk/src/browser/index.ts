import { LANE_ID_CHARACTERS } from '@truecount/protocol'
import { attempt } from '../attempt.ts'
import { createLane } from '../capture/lane.ts'
import { createTrackerCore } from '../create-tracker.ts'
import { createDefaultInstance } from '../default-instance.ts'
import type { EventMap } from '../event-map.ts'
import { resolveOptions, type CoreOptions, type PlatformDefaults } from '../options.ts'
import type { AutoPageViews } from '../page-views.ts'
import { createFetchTransport } from '../send/fetch-transport.ts'
import type { Tracker } from '../tracker.ts'
import { createKeepaliveBudget } from './keepalive-budget.ts'
import { createPageIdentity } from './page-identity.ts'
import type { SafeStorage, WebStorage } from './safe-storage.ts'
import { startPageViews } from './start-page-views.ts'
import { createStorageQueue } from './storage-queue.ts'
import { createTabLock } from './tab-lock.ts'

export type { Clock } from '../clock.ts'
export type { EventMap, TrackOptions } from '../event-map.ts'
export type { BeforeSend, Consent, OutgoingEvent } from '../options.ts'
export type { PageViewOptions } from '../page-views.ts'
export type { Signals } from '../signals.ts'
export type { DrainOptions, FlushResult, Tracker, TrackerStats } from '../tracker.ts'

/** Options of a tracker in a browser. `maxQueueBytes` bounds what web storage and memory hold: default 1 MB. */
export interface TrackerOptions extends CoreOptions {
  /** Default: the page's own `fetch`. */
  readonly fetch?: typeof fetch
}

const MAX_QUEUE_BYTES = 1_048_576

const PLATFORM_DEFAULTS: PlatformDefaults = {
  maxQueueBytes: MAX_QUEUE_BYTES,
  clock: {
    now: () => Date.now(),
    startTimer(run, delayMs) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  },
}

/** The limit on keepalive requests is the page's, not a tracker's. */
const pageBudget = createKeepaliveBudget()

/**
 * A tracker whose events are in web storage before `track()` returns, are sent while the page lives and as it goes,
 * and otherwise at the next visit. Importing this module does nothing; calling it wants a browser.
 */
export function createTracker<Events extends EventMap = EventMap>(given: TrackerOptions): Tracker<Events> {
  const options = resolveOptions(given, PLATFORM_DEFAULTS, log)
  // oxlint-disable-next-line typescript/no-unnecessary-type-conversion -- whatever JavaScript gives
  const prefix = `truecount:${String(options.key).slice(-8)}:`
  const lane = createLane(randomBytes())
  let mayStore = false
  // The property is read at every use: that is what throws where storage is forbidden.
  const storage: SafeStorage = (use) => attempt(() => use((mayStore ? localStorage : undefined) as WebStorage))
  const stored = createStorageQueue(storage, `${prefix}event:`, lane.id, options.maxQueueBytes, utf8Bytes)
  const identity = createPageIdentity(storage, prefix, () =>
    options.anonymousId === false ? undefined : createLane(randomBytes()).id,
  )
  const locks = createTabLock(navigator.locks, prefix)
  const core = createTrackerCore({
    options,
    queue: stored.queue,
    lane,
    identity,
    transport: createFetchTransport(
      options,
      (url, request) =>
        (options.fetch ?? fetch)(url, {
          ...request,
          signal: AbortSignal.timeout?.(options.requestTimeoutMs),
        } as RequestInit),
      pageBudget.reserve,
    ),
    chance: Math.random,
    maxBatchBytes: 60_000,
    pageMetadata: (page) => ({ page: page ?? location.pathname, referrer: document.referrer || undefined }),
    onConsent(granted) {
      mayStore = true
      identity.persist(granted)
      stored.persist(granted)
      mayStore = granted
      look()
    },
    log,
    utf8Bytes,
    jot: stored.write,
  })

  /** Holds this tab's lane, and waits for those of others: they are taken over as soon as their tabs are gone. */
  function look() {
    locks.hold(lane.id, (left) => new Promise((release) => left.addEventListener('abort', release)))
    for (const other of stored.lanes()) locks.hold(other, () => core.adopt(() => stored.adopt(other)))
  }

  // A collector that answers is the moment to look for what others could not send.
  core.tracker.on('delivered', look)

  // When the page may be about to go: hidden is the last state that is sure to be seen on a phone, `pagehide` on a desktop
  // (Page Lifecycle). `unload` is never used: it shuts the back/forward cache.
  const leave = () => core.sendAtExit(pageBudget.available)
  // Fired at the document, and bubbles (HTML standard, "page visibility").
  addEventListener('visibilitychange', () => (document.hidden ? leave() : look()))
  addEventListener('pagehide', () => {
    leave()
    locks.release()
  })
  addEventListener('pageshow', look)
  addEventListener('online', core.resume)
  core.start()
  return core.tracker
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(LANE_ID_CHARACTERS))
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Captures a page view now and at each navigation, history's included. Returns a function that stops it. */
export const autoPageViews: AutoPageViews = (tracker, options) => startPageViews(window, tracker, options)

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
