import { DROPPED_EVENT_NAME, type DropReason, type DropReport } from '@truecount/protocol'
import { attempt } from './attempt.ts'
import { createEvent, USER_ID_RULE } from './capture/create-event.ts'
import type { QueuedEvent } from './capture/event-queue.ts'
import { IS_DEVELOPMENT } from './development.ts'
import { errorText } from './error-text.ts'
import type { TrackOptions } from './event-map.ts'
import { isText, must } from './must.ts'
import type { Consent, OutgoingEvent } from './options.ts'
import { backoffMs } from './send/backoff.ts'
import { takeBatch } from './send/batcher.ts'
import type { SendOutcome } from './send/transport.ts'
import { BACKOFF, COMPANY, HALT, NEXT_TURN, NOTHING } from './send/wait-level.ts'
import { createEmitter, type Signals } from './signals.ts'
import type { Call, TrackerCore, TrackerParts } from './tracker-parts.ts'
import type { DrainOptions, FlushResult } from './tracker.ts'
import { DEFAULT_DRAIN_MS, LARGEST_EVENT_BYTES, MAX_TIMER_MS } from './tuning.ts'

/** Captures events into the queue and moves them to the collector: one batch in flight, oldest first, removed once named. */
export function createTrackerCore(parts: TrackerParts): TrackerCore {
  const { options, queue, lane, identity } = parts
  const { clock } = options
  const { on, emit } = createEmitter(parts.log, options.debug)
  const books = { captured: 0, adopted: 0, delivered: 0, duplicates: 0, rejected: 0, dropped: 0 }
  // Drops that left a gap in the lane, until they are told to the collector, and the key under which they will be.
  let untold: DropReport['reasons'] | undefined
  let reportKey: string | undefined
  let consent: Consent = options.disabled ? 'denied' : options.consent
  let shutdown: Promise<FlushResult> | undefined
  const inFlight = new Set<QueuedEvent>()
  // Events that have left the queue, less the reports that came on top of what was waited for; and who waits for how many.
  let progress = 0
  const drains = new Map<() => void, number>()
  let failures = 0
  // Halved by refusals, doubled by successes; never above what a 413 has shown to be too much.
  let maxEvents = options.maxBatchEvents
  let maxEventsEver = maxEvents
  // Times that the collector has named (`Retry-After`) and that are not over.
  let orders = 0
  // The one timer beside theirs, and what it waits for. No instants are compared: the wall clock may jump.
  let level = NOTHING
  let stopTimer: (() => void) | undefined
  /** Waits `delayMs`, unless something of the same level or a higher one is waited for already. */
  function wait(next: number, delayMs: number) {
    if (next <= level) return
    stopTimer?.()
    level = next
    stopTimer = clock.startTimer(() => {
      level = NOTHING
      pump(true)
    }, delayMs)
  }

  /** Ends a wait that nobody ordered. */
  function cut() {
    if (level > BACKOFF) return
    level = NOTHING
    stopTimer?.()
  }

  function drop(reason: DropReason, message: string, isNumbered?: boolean) {
    books.dropped++
    if (isNumbered) {
      untold = { ...untold, [reason]: (untold?.[reason] ?? 0) + 1 }
      // What the event failed by may fail the report too, on a platform or with a clock that lacks something.
      attempt(() => parts.jot?.(createReport()))
    }
    tellDrop(reason, message)
  }

  function tellDrop(reason: Signals['dropped']['reason'], message: string) {
    emit('dropped', { reason, message })
    if (reason !== 'opted_out') emit('error', { message: `dropped (${reason}): ${message}` })
  }

  function createReport(): QueuedEvent {
    reportKey ??= lane.nextKey()
    const metadata = { reasons: untold, last: lane.count() }
    return createEvent({ event_name: DROPPED_EVENT_NAME, timestamp: clock.now(), metadata }, reportKey, parts.utf8Bytes)
  }

  /** Puts on the books what `run` adds to the queue. */
  function gain(book: 'captured' | 'adopted', run: () => void) {
    const before = queue.count()
    run()
    books[book] += queue.count() - before
  }

  function take(call: Call, name: string, metadata?: object, given?: TrackOptions) {
    const check = (reason: DropReason, isSo: unknown, rule: string) => {
      call.reason = reason
      must(isSo, rule)
    }
    check('shut_down', !shutdown, IS_DEVELOPMENT ? 'it came after shutdown' : 'shut down')
    check('opted_out', consent !== 'denied', 'no consent')
    const { userId, timestamp, idempotencyKey } = given ?? {}
    call.isNumbered = idempotencyKey == null
    const key = idempotencyKey ?? lane.nextKey()
    let event: OutgoingEvent | null = {
      event_name: name,
      user_id: userId ?? identity.userId(),
      timestamp: timestamp ?? clock.now(),
      metadata,
    }
    call.reason = 'before_send'
    for (const hook of [options.beforeSend ?? []].flat()) event = event && hook(event)
    must(event, IS_DEVELOPMENT ? 'beforeSend returned nothing' : 'no event')
    call.reason = 'invalid_event'
    const created = createEvent(event, key, parts.utf8Bytes)
    gain('captured', () => check('queue_full', queue.put(created), IS_DEVELOPMENT ? 'the queue is full' : 'full'))
    notice()
  }

  const isBusy = () => inFlight.size || orders || level > NEXT_TURN || consent !== 'granted'
  /** Whether what waits is worth a request before the interval is over. */
  const isDue = () => queue.count() >= options.flushAt || queue.bytes() >= parts.maxBatchBytes

  /** The one place that decides what comes next; called whenever something has ended. */
  function pump(isOverdue?: boolean) {
    if (!isBusy()) report()
    for (const [finish, goal] of drains) if (level === HALT || progress >= goal) finish()
    if (isBusy()) return
    if (isOverdue || drains.size || isDue()) launch(parts.maxBatchBytes)
    else notice()
  }

  /** Before the queue is read: what was given up, during a drain too, is told. */
  function report() {
    gain('captured', () => {
      // One that finds no room waits for the next occasion, and counts on.
      if (!attempt(() => untold && queue.put(createReport(), true))) return
      untold = reportKey = undefined
      progress--
    })
  }

  /** Something was queued. Starts no request itself: a timer does. */
  function notice() {
    if (isBusy() || !queue.count()) return
    if (isDue()) wait(NEXT_TURN, 0)
    else wait(COMPANY, options.flushIntervalMs)
  }

  function launch(maxBytes: number, isExit?: boolean): true | undefined {
    const events = takeBatch(queue, inFlight, maxEvents, maxBytes)
    if (!events[0]) return
    cut()
    for (const event of events) inFlight.add(event)
    // What outlives a page shares a small budget with the page's own requests: if they fill it, only a plain one gets through.
    void parts.transport(events, queue.count() - inFlight.size, isExit || !failures).then((outcome) => {
      for (const event of events) inFlight.delete(event)
      conclude(events, outcome)
      pump()
    })
    return true
  }

  function conclude(events: readonly QueuedEvent[], { kind, verdicts, message, afterMs }: SendOutcome) {
    if (verdicts) {
      failures = 0
      maxEvents = Math.min(maxEventsEver, maxEvents * 2)
      remove(events)
      const refusals = verdicts.filter(({ status }) => status === 'rejected')
      const duplicates = verdicts.filter(({ duplicate }) => duplicate).length
      const stored = verdicts.length - refusals.length
      books.delivered += stored
      books.duplicates += duplicates
      books.rejected += refusals.length
      for (const { message: why } of refusals) tellDrop('rejected', why as string)
      emit('delivered', { events: stored, duplicates })
    } else if (consent === 'denied') {
      giveUp(events)
    } else if (kind === 'retry') {
      if (level === HALT) return
      const waitMs = backoffMs(++failures, parts.chance, afterMs)
      if (afterMs) {
        orders++
        clock.startTimer(() => pump(!!orders--), waitMs)
      } else wait(BACKOFF, waitMs)
      emit('retry', { reason: message, afterMs: waitMs })
    } else if (kind === 'unauthorized') {
      halt()
      emit('error', { message: `${IS_DEVELOPMENT ? 'the collector refuses the key' : 'key refused'}: ${message}` })
    } else if (events[1]) {
      // Halved until one event is left: that one is what the collector will not have.
      maxEvents = events.length >> 1
      if (kind === 'too_large') maxEventsEver = maxEvents
    } else {
      // What was too large is gone: the batches before it may have been refused for its sake alone.
      maxEventsEver = options.maxBatchEvents
      giveUp(events, kind, message)
    }
  }

  function giveUp(events: readonly QueuedEvent[], reason: DropReason = 'opted_out', message = 'no consent') {
    remove(events)
    // A report that is given up is not reported in turn: a collector that refuses all would get them without end.
    for (const { key, json } of events)
      drop(reason, message, key.includes(lane.id) && !json.startsWith(`${DROPPED_EVENT_NAME}"`, 15))
  }

  function remove(events: readonly QueuedEvent[]) {
    queue.remove(events)
    progress += events.length
  }

  function resume() {
    cut()
    pump(true)
  }

  function halt() {
    stopTimer?.()
    level = HALT
    pump()
  }

  async function drain(given: DrainOptions | undefined): Promise<FlushResult> {
    const before = { ...books }
    const timeoutMs = attempt(() => Number((given?.timeoutMs as unknown) ?? DEFAULT_DRAIN_MS)) as number
    if (consent === 'granted') {
      if (level === HALT) level = NOTHING
      report()
      await new Promise<void>((resolve) => {
        const finish = () => (stop(), drains.delete(finish), resolve())
        // Keeps the process alive, as an awaited promise alone does not. What is no time at all asks for nothing.
        const stop = clock.startTimer(finish, timeoutMs > 0 ? Math.min(timeoutMs, MAX_TIMER_MS) : 0, true)
        drains.set(finish, progress + queue.count())
        resume()
      })
    }
    return {
      delivered: books.delivered - before.delivered,
      waiting: queue.count(),
      dropped: books.dropped + books.rejected - before.dropped - before.rejected,
    }
  }

  /** The one gate between application and tracker: what goes wrong inside costs an event, and is told. */
  function gate<Arguments extends unknown[]>(run: (call: Call, ...args: Arguments) => unknown) {
    return (...args: Arguments): void => {
      if (options.disabled) return
      const call: Call = { reason: 'invalid_event' }
      try {
        run(call, ...args)
      } catch (cause) {
        books.captured++
        drop(call.reason, errorText(cause), call.isNumbered)
      }
    }
  }

  function setConsent(granted: boolean) {
    consent = granted ? 'granted' : 'denied'
    parts.onConsent(granted)
    // What is on its way may be stored already: its outcome decides how it is counted.
    if (!granted) giveUp(takeBatch(queue, inFlight, Infinity, Infinity))
    pump()
  }

  return {
    tracker: {
      track: gate(take),
      identify: gate((call, userId: string, traits?: object) => {
        must(isText(userId), USER_ID_RULE)
        take(call, '$identify', { anonymous_id: identity.identify(userId), traits }, { userId })
      }),
      page: gate((call, name?: string, metadata?: object) => {
        take(call, 'page_view', { ...parts.pageMetadata(name), ...metadata })
      }),
      reset: gate(identity.reset),
      flush: (given) => shutdown ?? drain(given),
      shutdown: (given) => (shutdown ??= drain(given).finally(halt)),
      optIn: gate(() => consent === 'granted' || setConsent(true)),
      optOut: gate(() => setConsent(false)),
      on,
      stats: () => ({ ...books, waiting: queue.count() }),
    },
    emit,
    start: () => consent === 'granted' && parts.onConsent(true),
    sendAtExit(budgetBytes) {
      cut()
      // Also where nothing may be sent now: whoever takes the queue over may send the report, so it must not grow any more.
      if (consent === 'granted') report()
      if (orders || level > NEXT_TURN || consent !== 'granted') return
      // What is on its way in a plain request goes once more. The answer to the first decides, if it is still heard.
      if (failures && inFlight.size) void parts.transport([...inFlight], queue.count() - inFlight.size, true)
      while (budgetBytes() >= LARGEST_EVENT_BYTES && launch(budgetBytes(), true));
      // A page that was only hidden comes back to what found no room.
      notice()
    },
    resume,
    adopt(run) {
      gain('adopted', run)
      notice()
    },
    books,
    drop,
  }
}
