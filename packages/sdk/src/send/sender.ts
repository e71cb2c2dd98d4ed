import type { DropReason, Verdict } from '@truecount/protocol'
import type { EventQueue, QueuedEvent } from '../capture/event-queue.ts'
import type { Clock } from '../clock.ts'
import type { Consent } from '../options.ts'
import { backoffMs } from './backoff.ts'
import { dueBySize, takeBatch, type BatchLimits, type FlushReason } from './batcher.ts'
import { createDrains } from './drains.ts'
import { createPause } from './pause.ts'
import type { Batch, RefusedReason, SendOutcome, Transport } from './transport.ts'

/** What the sender tells its tracker. */
export interface SenderObserver {
  /** A batch goes out, and why now. */
  sending(batch: Batch, reason: FlushReason): void
  /** The collector has named these events, one verdict each in order; they have left the queue. */
  settled(events: readonly QueuedEvent[], verdicts: readonly Verdict[]): void
  /** The event has left the queue undelivered. */
  dropped(event: QueuedEvent, reason: DropReason, message: string): void
  /** The next attempt is `afterMs` away. */
  retrying(reason: string, afterMs: number): void
  /** The collector refuses this key: nothing more is sent until the next `drain`. Events stay. */
  halted(message: string): void
}

export interface SenderParts {
  readonly queue: EventQueue
  readonly transport: Transport
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly limits: BatchLimits
  /** Events that make a batch due at once. */
  readonly flushAt: number
  /** Longest time that an event waits for company. */
  readonly flushIntervalMs: number
  readonly observer: SenderObserver
  /** Nothing is sent unless it is `granted`; once it is `denied`, what waits is dropped. */
  readonly consent: () => Consent
  /** Called before the queue is read: the moment to queue a drop report. */
  readonly beforeBatch: () => void
}

/** Moves events from the queue to the collector: one batch in flight, oldest first, removed by key once named. */
export interface Sender {
  /** Something was queued, or consent has changed. Starts no request itself: a timer does. */
  notice(): void
  /** Sends until all that waits now has left the queue, for at most `timeoutMs`. Calls join. */
  drain(reason: FlushReason, timeoutMs: number): Promise<void>
  /**
   * Sends at once, in parallel, while `budgetBytes()` has room for a largest event: for a page that goes away. There may
   * be no later, so it waits for nothing but what the collector ordered.
   */
  sendAtExit(budgetBytes: () => number): void
  /** The network is back: an attempt that waits for nothing but a backoff is made now. */
  resume(): void
  /** No more timers, no more requests. */
  stop(): void
}

/** Room that the largest event of the contract needs, in bytes. */
const LARGEST_EVENT_BYTES = 12_000

export function createSender(parts: SenderParts): Sender {
  const { queue, transport, clock, limits, observer } = parts
  const pause = createPause(clock)
  const drains = createDrains(clock)
  const inFlight = new Set<string>()
  let requests = 0
  let removals = 0
  let failures = 0
  // Halved by refusals, doubled by successes; never above what a 413 has shown to be too much.
  let maxEvents = limits.maxEvents
  let maxEventsEver = maxEvents
  let halted = false
  let timer: { readonly stop: () => void; readonly delayMs: number } | undefined

  const isBarred = () => pause.active() || halted || parts.consent() !== 'granted'
  const mayNotSend = () => requests > 0 || isBarred()

  function pump(reason?: FlushReason) {
    const isIdle = !mayNotSend()
    if (isIdle) report()
    drains.settle(halted ? Infinity : removals)
    if (!isIdle) return
    const why = reason ?? (drains.pending() ? 'flush' : dueBySize(queue.size(), parts.flushAt, limits))
    if (why !== undefined) launch(why, limits.maxBytes)
    else if (queue.size().events > 0) wake(parts.flushIntervalMs)
  }

  /** What is given up during a drain is told within it. */
  function report() {
    const before = queue.size().events
    parts.beforeBatch()
    drains.extend(queue.size().events - before)
  }

  function wake(delayMs: number) {
    if (timer !== undefined && timer.delayMs <= delayMs) return
    timer?.stop()
    const stop = clock.startTimer(() => {
      timer = undefined
      pump(delayMs > 0 ? 'interval' : undefined)
    }, delayMs)
    timer = { stop, delayMs }
  }

  function launch(reason: FlushReason, maxBytes: number): boolean {
    const batch = takeBatch(queue, inFlight, { maxEvents, maxBytes })
    if (batch === undefined) return false
    timer?.stop()
    timer = undefined
    requests++
    for (const event of batch.events) inFlight.add(event.key)
    observer.sending(batch, reason)
    // What outlives a page shares a small budget with the page's own requests, unseen from here: if they fill it, the
    // browser fails ours at once, and only a plain request gets through.
    void transport.send(batch, reason === 'page_hidden' || failures === 0).then((outcome) => {
      requests--
      for (const event of batch.events) inFlight.delete(event.key)
      conclude(batch.events, outcome)
      pump()
    })
    return true
  }

  function conclude(events: readonly QueuedEvent[], outcome: SendOutcome) {
    if (outcome.kind !== 'acknowledged' && parts.consent() === 'denied') return discard(events)
    switch (outcome.kind) {
      case 'acknowledged':
        failures = 0
        maxEvents = Math.min(maxEventsEver, maxEvents * 2)
        remove(events)
        return observer.settled(events, outcome.verdicts)
      case 'retry': {
        if (halted) return
        const delayMs = backoffMs(++failures, parts.random, outcome.afterMs)
        pause.begin(delayMs, outcome.afterMs !== undefined, () => pump('interval'))
        return observer.retrying(outcome.reason, delayMs)
      }
      case 'refused':
        return refuse(events, outcome.reason, outcome.message)
    }
  }

  function refuse(events: readonly QueuedEvent[], reason: RefusedReason, message: string) {
    if (reason === 'unauthorized') {
      halted = true
      observer.halted(message)
    } else if (events.length > 1) {
      maxEvents = events.length >> 1
      if (reason === 'too_large') maxEventsEver = maxEvents
    } else {
      // What was too large is gone: the batches before it may have been refused for its sake alone.
      maxEventsEver = limits.maxEvents
      remove(events)
      for (const event of events) observer.dropped(event, reason === 'too_large' ? reason : 'refused', message)
    }
  }

  function discard(events: readonly QueuedEvent[]) {
    remove(events)
    for (const event of events) observer.dropped(event, 'opted_out', 'no consent')
  }

  function remove(events: readonly QueuedEvent[]) {
    queue.remove(events.map((event) => event.key))
    removals += events.length
  }

  function notice() {
    // What is on its way may be stored already: its outcome decides how it is counted.
    if (parts.consent() === 'denied') discard([...queue.peek()].filter((event) => !inFlight.has(event.key)))
    if (!mayNotSend()) wake(dueBySize(queue.size(), parts.flushAt, limits) === undefined ? parts.flushIntervalMs : 0)
  }

  return {
    notice,
    drain(reason, timeoutMs) {
      halted = false
      parts.beforeBatch()
      const drained = drains.join(removals + queue.size().events, timeoutMs)
      pump(reason)
      return drained
    },
    sendAtExit(budgetBytes) {
      pause.cutShort()
      if (isBarred()) return
      parts.beforeBatch()
      let hasMore = true
      while (hasMore && budgetBytes() >= LARGEST_EVENT_BYTES) {
        hasMore = launch('page_hidden', Math.min(limits.maxBytes, budgetBytes()))
      }
      // A page that was only hidden comes back to what found no room.
      notice()
    },
    resume() {
      if (pause.cutShort()) pump('online')
    },
    stop() {
      halted = true
      pause.stop()
      timer?.stop()
      drains.settle(Infinity)
    },
  }
}
