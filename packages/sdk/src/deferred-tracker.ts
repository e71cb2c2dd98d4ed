import type { DropReason } from '@truecount/protocol'
import type { TrackOptions } from './event-map.ts'
import { createEmitter, type Signals } from './signals.ts'
import type { FlushResult, Tracker, TrackerStats } from './tracker.ts'
import { createWaitingCalls, MAX_WAITING_EVENTS, type WaitingCalls } from './waiting-calls.ts'

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

const KINDS = ['delivered', 'dropped', 'retry', 'error'] as const satisfies readonly (keyof Signals)[]
const OVERFLOW = `${MAX_WAITING_EVENTS} events wait for a tracker already`
const REASON: DropReason = 'queue_full'

export function createDeferredTracker({ now, log }: DeferredParts): DeferredTracker {
  const emitter = createEmitter(log)
  const calls = createWaitingCalls(() => {
    emitter.emit('dropped', { reason: REASON, message: OVERFLOW })
    emitter.emit('error', { message: `dropped (${REASON}): ${OVERFLOW}` })
  })

  const tracker: Tracker = {
    track(name: string, metadata?: object, options?: TrackOptions) {
      const given = calls.tracker === undefined ? atTheTime(metadata, options, now) : { metadata, options }
      calls.capture((to) => to.track(name, given.metadata, given.options))
    },
    identify: (userId, traits) => calls.capture((to) => to.identify(userId, traits)),
    page: (name, metadata) => calls.capture((to) => to.page(name, metadata)),
    reset: () => calls.call((to) => to.reset()),
    optIn: () => calls.call((to) => to.optIn()),
    optOut: () => calls.call((to) => to.optOut()),
    flush: (options) => calls.tracker?.flush(options) ?? untilNow(calls),
    shutdown(options) {
      if (calls.tracker !== undefined) return calls.tracker.shutdown(options)
      calls.call((to) => void to.shutdown(options))
      return untilNow(calls)
    },
    on: (kind, listener) => emitter.on(kind, listener),
    stats: () => statsOf(calls),
  }

  return {
    tracker,
    attach(create) {
      if (calls.tracker !== undefined) return false
      const made = create()
      for (const kind of KINDS) made.on(kind, (signal) => emitter.emit(kind, signal))
      calls.attach(made)
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

async function untilNow(calls: WaitingCalls): Promise<FlushResult> {
  return { delivered: 0, waiting: calls.stats().waiting, dropped: 0 }
}

function statsOf(calls: WaitingCalls): TrackerStats {
  const { waiting, overflowed } = calls.stats()
  const none = { captured: waiting, adopted: 0, delivered: 0, duplicates: 0, rejected: 0, dropped: 0, waiting }
  const stats = calls.tracker?.stats() ?? none
  return { ...stats, captured: stats.captured + overflowed, dropped: stats.dropped + overflowed }
}
