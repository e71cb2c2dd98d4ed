import { DROPPED_EVENT_NAME, type DropReason } from '@truecount/protocol'
import { createCapture } from './capture/capture.ts'
import type { EventQueue, QueuedEvent } from './capture/event-queue.ts'
import type { Identity } from './capture/identity.ts'
import type { Lane } from './capture/lane.ts'
import type { Clock } from './clock.ts'
import { createDropCounter } from './drops.ts'
import { errorText } from './error-text.ts'
import type { TrackOptions } from './event-map.ts'
import { MAX_TIMER_MS, type CoreOptions, type ResolvedOptions } from './options.ts'
import { createSender, type Sender } from './send/sender.ts'
import type { Transport } from './send/transport.ts'
import { createEmitter } from './signals.ts'
import type { DrainOptions, FlushResult, Tracker } from './tracker.ts'

/** What a platform gives the tracker. */
export interface TrackerParts {
  readonly options: ResolvedOptions<CoreOptions>
  /** What is wrong with the options; a tracker with problems captures nothing. */
  readonly problems: readonly string[]
  readonly queue: EventQueue
  readonly lane: Lane
  readonly identity: Identity
  readonly transport: Transport
  readonly clock: Clock
  readonly random: () => number
  /** Most bytes in a request's body. */
  readonly maxBatchBytes: number
  /** What `page()` says beside what it is given. */
  readonly pageMetadata: () => object
  /** Called when consent is given (at once if it was never asked for) or withdrawn: storage may or may not be used. */
  readonly onConsent: (granted: boolean) => unknown
  readonly log: (message: string) => void
}

const DEFAULT_DRAIN_MS = 10_000

/** What the platform works with: the tracker, its sender to drive by lifecycle, and `start`, once both are known. */
export interface TrackerCore {
  readonly tracker: Tracker
  readonly sender: Sender
  start(): void
  /** Something is wrong that the developer can mend. */
  problem(message: string): void
  /** An event is gone that this tracker never numbered. */
  lost(reason: DropReason, message: string): void
}

export function createTrackerCore(parts: TrackerParts): TrackerCore {
  const { options, queue, lane, identity, clock } = parts
  const emitter = createEmitter((message) => parts.log(message))
  const debug = (message: () => string) => options.debug === true && parts.log(message())
  const drops = createDropCounter()
  const isOff = options.disabled === true || parts.problems.length > 0
  let consent = options.consent
  let captured = 0
  let delivered = 0
  let duplicates = 0
  let rejected = 0
  let shutdown: Promise<FlushResult> | undefined
  let handedOver = false

  const capture = createCapture({ queue, lane, identity, clock, beforeSend: [options.beforeSend ?? []].flat() })

  function drop(reason: DropReason, message: string, numbered: boolean) {
    drops.count(reason, numbered)
    emitter.emit('dropped', { reason, message })
    if (reason !== 'opted_out') emitter.emit('error', { message: `dropped (${reason}): ${message}` })
  }

  function take(name: string, metadata?: object, given?: TrackOptions) {
    captured++
    if (shutdown !== undefined) return drop('shut_down', 'the tracker was shut down', false)
    if (consent === 'denied') return drop('opted_out', 'no consent', false)
    const outcome = capture(name, metadata, given)
    if (outcome.kind === 'dropped') return drop(outcome.reason, outcome.message, outcome.numbered)
    if (!outcome.isNew) captured--
    debug(() => `captured ${outcome.event.json}`)
    if (consent !== 'granted') return
    sender.notice()
    handOver()
  }

  function handOver() {
    if (options.waitUntil === undefined || handedOver) return
    handedOver = true
    options.waitUntil(sendAll().finally(() => (handedOver = false)))
  }

  async function sendAll() {
    let result
    do {
      // Never in the call that captures: it does no network work, and what follows it goes along.
      await Promise.resolve()
      result = await flush()
    } while (result.waiting > 0 && result.delivered + result.dropped > 0 && shutdown === undefined)
  }

  function reportDrops() {
    const report = consent === 'granted' ? drops.untold() : undefined
    if (report === undefined) return
    captured++
    const outcome = capture(DROPPED_EVENT_NAME, report, {}, true)
    if (outcome.kind === 'kept') drops.told(report)
    else drops.count(outcome.reason, outcome.numbered)
  }

  const sender = createSender({
    queue,
    clock,
    transport: parts.transport,
    random: parts.random,
    limits: { maxEvents: options.maxBatchEvents, maxBytes: parts.maxBatchBytes },
    flushAt: options.flushAt,
    flushIntervalMs: options.flushIntervalMs,
    beforeBatch: reportDrops,
    consent: () => consent,
    observer: {
      sending: (batch, reason) =>
        debug(() => `sending ${batch.events.length} events, ${batch.bytes} bytes (${reason})`),
      settled(events, verdicts) {
        const repeats = verdicts.filter((verdict) => verdict.status === 'accepted' && verdict.duplicate).length
        const refusals = verdicts.filter((verdict) => verdict.status === 'rejected')
        delivered += events.length - refusals.length
        duplicates += repeats
        rejected += refusals.length
        emitter.emit('delivered', { events: events.length - refusals.length, duplicates: repeats })
        for (const { message } of refusals) {
          emitter.emit('dropped', { reason: 'rejected', message })
          emitter.emit('error', { message: `rejected: ${message}` })
        }
      },
      // A report that is given up is not reported in turn: a collector that refuses all would get them without end.
      dropped: (event, reason, message) => drop(reason, message, event.key.includes(lane.id) && !isReport(event)),
      retrying: (reason, afterMs) => emitter.emit('retry', { reason, afterMs }),
      halted: (message) => emitter.emit('error', { message: `the collector refuses the key: ${message}` }),
    },
  })

  async function drain(reason: 'flush' | 'shutdown', given: DrainOptions | undefined): Promise<FlushResult> {
    const deliveredBefore = delivered
    const droppedBefore = drops.total() + rejected
    if (!isOff && consent === 'granted') await sender.drain(reason, drainMs(given))
    return {
      delivered: delivered - deliveredBefore,
      waiting: queue.size().events,
      dropped: drops.total() + rejected - droppedBefore,
    }
  }

  const flush = (given?: DrainOptions) => shutdown ?? drain('flush', given)

  /** The one gate between application and tracker: what goes wrong inside is told, never thrown. */
  function safely<Arguments extends unknown[]>(run: (...args: Arguments) => void) {
    return (...args: Arguments): void => {
      if (isOff) return
      try {
        run(...args)
      } catch (cause) {
        emitter.emit('error', { message: errorText(cause) })
      }
    }
  }

  function setConsent(granted: boolean) {
    consent = granted ? 'granted' : 'denied'
    parts.onConsent(granted)
    sender.notice()
    if (granted && queue.size().events > 0) handOver()
  }

  const tracker: Tracker = {
    track: safely((name: string, metadata?: object, given?: TrackOptions) => take(name, metadata, given)),
    identify: safely((userId: string, traits?: object) => {
      if (typeof userId !== 'string' || userId === '') {
        captured++
        return drop('invalid_event', 'identify: give the user id as a string that is not empty', false)
      }
      const anonymousId = identity.identify(userId)
      take('$identify', { anonymous_id: anonymousId, traits }, { userId })
    }),
    page: safely((name?: string, metadata?: object) => {
      const page = name === undefined ? {} : { page: name }
      take('page_view', merged(parts.pageMetadata(), page, metadata))
    }),
    reset: safely(() => identity.reset()),
    flush,
    shutdown(given) {
      shutdown ??= drain('shutdown', given).finally(() => sender.stop())
      return shutdown
    },
    optIn: safely(() => consent === 'granted' || setConsent(true)),
    optOut: safely(() => {
      if (consent !== 'denied') setConsent(false)
    }),
    on: (kind, listener) => emitter.on(kind, listener),
    stats() {
      const waiting = queue.size().events
      const dropped = drops.total()
      const adopted = delivered + rejected + dropped + waiting - captured
      return { captured, adopted, delivered, duplicates, rejected, dropped, waiting }
    },
  }

  return {
    tracker,
    sender,
    problem: (message) => emitter.emit('error', { message }),
    lost: (reason, message) => drop(reason, message, false),
    start() {
      if (parts.problems.length > 0) parts.log(`nothing is captured. ${parts.problems.join('; ')}`)
      else if (!isOff && consent === 'granted') parts.onConsent(true)
    },
  }
}

function drainMs(given: DrainOptions | undefined): number {
  try {
    const timeoutMs = Number(given?.timeoutMs ?? DEFAULT_DRAIN_MS)
    return timeoutMs >= 0 ? Math.min(timeoutMs, MAX_TIMER_MS) : 0
  } catch {
    // What is no time at all asks for nothing; the promise not to throw stands.
    return DEFAULT_DRAIN_MS
  }
}

/** What can't be copied can't be serialised either: such an event is dropped with that reason. */
function merged(...objects: (object | undefined)[]): object {
  try {
    return Object.assign({}, ...objects) as object
  } catch (cause) {
    return {
      toJSON() {
        throw cause
      },
    }
  }
}

function isReport(event: QueuedEvent): boolean {
  return event.json.startsWith(`{"event_name":"${DROPPED_EVENT_NAME}"`)
}
