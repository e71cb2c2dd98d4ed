import { DROPPED_EVENT_NAME, type DropReason } from '@truecount/protocol'
import { createCapture } from './capture/capture.ts'
import type { EventQueue } from './capture/event-queue.ts'
import type { Identity } from './capture/identity.ts'
import type { Lane } from './capture/lane.ts'
import type { Clock } from './clock.ts'
import { createDropCounter } from './drops.ts'
import type { TrackOptions } from './event-map.ts'
import type { CoreOptions, ResolvedOptions } from './options.ts'
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
    debug(() => `captured ${outcome.event.json}`)
    if (consent !== 'granted') return
    sender.notice()
    handOver()
  }

  function handOver() {
    if (options.waitUntil === undefined || handedOver) return
    handedOver = true
    options.waitUntil(flush().finally(() => (handedOver = false)))
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
      dropped: (event, reason, message) => drop(reason, message, event.key.includes(lane.id)),
      retrying: (reason, afterMs) => emitter.emit('retry', { reason, afterMs }),
      halted: (message) => emitter.emit('error', { message: `the collector refuses the key: ${message}` }),
    },
  })

  async function drain(reason: 'flush' | 'shutdown', given: DrainOptions | undefined): Promise<FlushResult> {
    const deliveredBefore = delivered
    const droppedBefore = drops.total() + rejected
    const timeoutMs = Number(given?.timeoutMs ?? DEFAULT_DRAIN_MS)
    if (!isOff && consent === 'granted') await sender.drain(reason, timeoutMs >= 0 ? timeoutMs : 0)
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
        emitter.emit('error', { message: String(cause) })
      }
    }
  }

  function setConsent(granted: boolean) {
    consent = granted ? 'granted' : 'denied'
    parts.onConsent(granted)
    sender.notice()
  }

  const tracker: Tracker = {
    track: safely((name: string, metadata?: object, given?: TrackOptions) => take(name, metadata, given)),
    identify: safely((userId: string, traits?: object) => {
      const anonymousId = identity.identify(userId)
      take('$identify', { anonymous_id: anonymousId, traits }, { userId })
    }),
    page: safely((name?: string, metadata?: object) => {
      const page = name === undefined ? {} : { page: name }
      take('page_view', { ...parts.pageMetadata(), ...page, ...metadata })
    }),
    reset: safely(() => identity.reset()),
    flush,
    shutdown(given) {
      shutdown ??= drain('shutdown', given).finally(() => sender.stop())
      return shutdown
    },
    optIn: safely(() => consent === 'granted' || setConsent(true)),
    optOut: safely(() => {
      if (consent === 'denied') return
      const waiting = [...queue.peek()]
      queue.remove(waiting.map((event) => event.key))
      for (const event of waiting) drop('opted_out', 'no consent', event.key.includes(lane.id))
      setConsent(false)
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
