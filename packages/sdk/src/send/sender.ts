import type { DropReason, Verdict } from '@truecount/protocol'
import type { EventQueue, QueuedEvent } from '../capture/event-queue.ts'
import type { Clock } from '../clock.ts'
import type { Consent, CoreOptions, ResolvedOptions } from '../options.ts'
import type { Emitter } from '../signals.ts'
import { backoffMs } from './backoff.ts'
import { takeBatch } from './batcher.ts'
import { createDrains } from './drains.ts'
import type { SendOutcome, Transport } from './transport.ts'
import { BACKOFF, COMPANY, createWait, NEXT_TURN, ORDER } from './wait.ts'

export interface SenderParts {
  readonly queue: EventQueue
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly options: Pick<ResolvedOptions<CoreOptions>, 'flushAt' | 'flushIntervalMs' | 'maxBatchEvents'>
  /** Most bytes in a batch's body. */
  readonly maxBatchBytes: number
  /** Events have left the queue: the collector has named them, one verdict each. */
  readonly settled: (verdicts: readonly Verdict[]) => void
  /** The event has left the queue: it was given up. */
  readonly gaveUp: (event: QueuedEvent, reason: DropReason, message: string) => void
  readonly emit: Emitter['emit']
  /** Nothing is sent unless it is `granted`; once it is `denied`, what waits is dropped. */
  readonly consent: () => Consent
  /** Called before the queue is read: the moment to queue a drop report. Returns how many were. */
  readonly report: () => number
}

/** Moves events from the queue to the collector: one batch in flight, oldest first, removed by key once named. */
export interface Sender {
  /** Something was queued, or consent has changed. Starts no request itself: a timer does. */
  notice(): void
  /** Sends until all that waits now has left the queue, for at most `timeoutMs`. Calls join. */
  drain(timeoutMs: number): Promise<void>
  /**
   * Sends at once, in parallel, while `budgetBytes()` has room for a largest event: for a page that goes away. There may
   * be no later, so it waits for nothing but what the collector ordered.
   */
  sendAtExit(budgetBytes: () => number): void
  /** The network is back: what waits is sent now, unless the collector ordered to wait. */
  resume(): void
  /** No more timers, no more requests. */
  stop(): void
}

/** Room that the largest event of the contract needs, in bytes. */
const LARGEST_EVENT_BYTES = 12_000

export const NO_CONSENT = 'no consent'

export function createSender(parts: SenderParts): Sender {
  const { queue, options, maxBatchBytes, emit } = parts
  const wait = createWait(parts.clock, () => pump(true))
  const drains = createDrains(parts.clock)
  const inFlight = new Set<string>()
  // Events that have left the queue since the start, less the reports that came on top of what was waited for.
  let progress = 0
  let failures = 0
  // Halved by refusals, doubled by successes; never above what a 413 has shown to be too much.
  let maxEvents = options.maxBatchEvents
  let maxEventsEver = maxEvents
  // The collector refuses the key, or all is over.
  let isHalted = false

  const isBarred = () => isHalted || wait.level() >= BACKOFF || parts.consent() !== 'granted'
  const isBusy = () => inFlight.size > 0 || isBarred()
  /** Whether what waits is worth a request before the interval is over. */
  const isDue = () => queue.size().events >= options.flushAt || queue.size().bytes >= maxBatchBytes

  /** The one place that decides what comes next; called whenever something has ended. */
  function pump(isOverdue?: boolean) {
    if (!isBusy()) report()
    drains.settle(isHalted ? Infinity : progress)
    if (isBusy()) return
    if (isOverdue || drains.pending() || isDue()) launch(maxBatchBytes)
    else notice()
  }

  /** What is given up during a drain is told within it. */
  function report() {
    progress -= parts.report()
  }

  function notice() {
    // What is on its way may be stored already: its outcome decides how it is counted.
    if (parts.consent() === 'denied') {
      const held = [...queue.peek()].filter(({ key }) => !inFlight.has(key))
      drop(held, 'opted_out', NO_CONSENT)
    }
    if (isBusy() || queue.size().events === 0) return
    if (isDue()) wait.begin(NEXT_TURN, 0)
    else wait.begin(COMPANY, options.flushIntervalMs)
  }

  function launch(maxBytes: number, isExit?: boolean): boolean {
    const batch = takeBatch(queue, inFlight, maxEvents, maxBytes)
    if (!batch.events[0]) return false
    wait.cut(NEXT_TURN)
    for (const { key } of batch.events) inFlight.add(key)
    // What outlives a page shares a small budget with the page's own requests, unseen from here: if they fill it, the
    // browser fails ours at once, and only a plain request gets through.
    void parts.transport.send(batch, isExit || failures === 0).then((outcome) => {
      for (const { key } of batch.events) inFlight.delete(key)
      conclude(batch.events, outcome)
      pump()
    })
    return true
  }

  function conclude(events: readonly QueuedEvent[], outcome: SendOutcome) {
    if (outcome.kind === 'acknowledged') {
      failures = 0
      maxEvents = Math.min(maxEventsEver, maxEvents * 2)
      remove(events)
      return parts.settled(outcome.verdicts)
    }
    const { kind, message } = outcome
    if (parts.consent() === 'denied') {
      drop(events, 'opted_out', NO_CONSENT)
    } else if (kind === 'retry') {
      if (isHalted) return
      const afterMs = backoffMs(++failures, parts.random, outcome.afterMs)
      wait.begin(outcome.afterMs ? ORDER : BACKOFF, afterMs)
      emit('retry', { reason: message, afterMs })
    } else if (kind === 'unauthorized') {
      isHalted = true
      emit('error', { message: `the collector refuses the key: ${message}` })
    } else if (events.length > 1) {
      // Halved until one event is left: that one is what the collector will not have.
      maxEvents = events.length >> 1
      if (kind === 'too_large') maxEventsEver = maxEvents
    } else {
      // What was too large is gone: the batches before it may have been refused for its sake alone.
      maxEventsEver = options.maxBatchEvents
      drop(events, kind, message)
    }
  }

  function drop(events: readonly QueuedEvent[], reason: DropReason, message: string) {
    remove(events)
    for (const event of events) parts.gaveUp(event, reason, message)
  }

  function remove(events: readonly QueuedEvent[]) {
    queue.remove(events.map(({ key }) => key))
    progress += events.length
  }

  function resume() {
    wait.cut(BACKOFF)
    pump(true)
  }

  return {
    notice,
    drain(timeoutMs) {
      isHalted = false
      report()
      const drained = drains.until(progress + queue.size().events, timeoutMs)
      resume()
      return drained
    },
    sendAtExit(budgetBytes) {
      wait.cut(BACKOFF)
      if (isBarred()) return
      report()
      while (budgetBytes() >= LARGEST_EVENT_BYTES && launch(budgetBytes(), true));
      // A page that was only hidden comes back to what found no room.
      notice()
    },
    resume,
    stop() {
      isHalted = true
      wait.cut(ORDER)
      drains.settle(Infinity)
    },
  }
}
