import type { DropReason } from '@truecount/protocol'
import type { TrackOptions } from './event-map.ts'
import { createEmitter, type Signals } from './signals.ts'
import type { FlushResult, Tracker } from './tracker.ts'

/** A tracker that can be called before there is one: calls wait in order until `attach`. */
export interface DeferredTracker {
  readonly tracker: Tracker
  /**
   * Makes the tracker and replays what waits. Only the first call does anything; it returns `true`.
   * Replayed events bear the time of their own call; `identify` and `page` that of the replay.
   */
  attach(create: () => Tracker): boolean
}

export interface DeferredParts {
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number
  readonly log: (message: string) => void
}

/** Events that wait for a tracker; those beyond it are dropped as `queue_full`, and told. */
export const MAX_WAITING_EVENTS = 1000

const KINDS = ['delivered', 'dropped', 'retry', 'error'] as const satisfies readonly (keyof Signals)[]

export function createDeferredTracker({ now, log }: DeferredParts): DeferredTracker {
  const emitter = createEmitter(log)
  const waiting: ((tracker: Tracker) => void)[] = []
  let events = 0
  let overflowed = 0
  let attached: Tracker | undefined

  function call(run: (tracker: Tracker) => void) {
    if (attached === undefined) waiting.push(run)
    else run(attached)
  }

  function capture(run: (tracker: Tracker) => void) {
    if (attached !== undefined) return run(attached)
    if (events >= MAX_WAITING_EVENTS) return overflow()
    events++
    waiting.push(run)
  }

  function overflow() {
    overflowed++
    const reason: DropReason = 'queue_full'
    const message = `${MAX_WAITING_EVENTS} events wait for a tracker already`
    emitter.emit('dropped', { reason, message })
    emitter.emit('error', { message: `dropped (${reason}): ${message}` })
  }

  const untilNow = (): Promise<FlushResult> => Promise.resolve({ delivered: 0, waiting: events, dropped: 0 })

  const tracker: Tracker = {
    track(name: string, metadata?: object, options?: TrackOptions) {
      const given = attached === undefined ? atTheTime(metadata, options, now) : { metadata, options }
      capture((to) => to.track(name, given.metadata, given.options))
    },
    identify: (userId, traits) => capture((to) => to.identify(userId, traits)),
    page: (name, metadata) => capture((to) => to.page(name, metadata)),
    reset: () => call((to) => to.reset()),
    optIn: () => call((to) => to.optIn()),
    optOut: () => call((to) => to.optOut()),
    flush: (options) => attached?.flush(options) ?? untilNow(),
    shutdown(options) {
      if (attached !== undefined) return attached.shutdown(options)
      call((to) => void to.shutdown(options))
      return untilNow()
    },
    on: (kind, listener) => emitter.on(kind, listener),
    stats() {
      const none = {
        captured: events,
        adopted: 0,
        delivered: 0,
        duplicates: 0,
        rejected: 0,
        dropped: 0,
        waiting: events,
      }
      const stats = attached?.stats() ?? none
      return { ...stats, captured: stats.captured + overflowed, dropped: stats.dropped + overflowed }
    },
  }

  return {
    tracker,
    attach(create) {
      if (attached !== undefined) return false
      const made = (attached = create())
      for (const kind of KINDS) made.on(kind, (signal) => emitter.emit(kind, signal))
      for (const run of waiting.splice(0)) run(made)
      return true
    },
  }
}

/** What a call was given, as it is now: its time, and metadata that the caller may change while the call waits. */
function atTheTime(metadata: object | undefined, options: TrackOptions | undefined, now: () => number) {
  try {
    const timestamp = options?.timestamp ?? now()
    return {
      metadata: metadata && (JSON.parse(JSON.stringify(metadata)) as object),
      options: { ...options, timestamp },
    }
  } catch {
    // What can't be copied can't be sent either: the tracker will drop it, and say why.
    return { metadata, options }
  }
}
