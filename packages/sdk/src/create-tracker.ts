import { DROPPED_EVENT_NAME, type DropReason, type DropReport, type Verdict } from '@truecount/protocol'
import { capture } from './capture/capture.ts'
import type { MeasureText } from './capture/create-event.ts'
import type { EventQueue } from './capture/event-queue.ts'
import type { Identity } from './capture/identity.ts'
import type { Lane } from './capture/lane.ts'
import type { Clock } from './clock.ts'
import { errorText } from './error-text.ts'
import type { TrackOptions } from './event-map.ts'
import { isText, must } from './must.ts'
import { MAX_TIMER_MS, type CoreOptions, type ResolvedOptions } from './options.ts'
import { createSender, NO_CONSENT, type Sender } from './send/sender.ts'
import type { Transport } from './send/transport.ts'
import { createEmitter, type Signals } from './signals.ts'
import type { DrainOptions, FlushResult, Tracker } from './tracker.ts'

/** What a platform gives the tracker. */
export interface TrackerParts {
  readonly options: ResolvedOptions<CoreOptions>
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
  readonly utf8Bytes: MeasureText
}

const DEFAULT_DRAIN_MS = 10_000

/** What the platform works with: the tracker, its sender to drive by lifecycle, and `start`, once both are known. */
export interface TrackerCore {
  readonly tracker: Tracker
  readonly sender: Sender
  start(): unknown
  /** Something is wrong that the developer can mend. */
  problem(message: string): void
  /** An event that came from elsewhere is gone. */
  lostAdopted(reason: DropReason, message: string): void
  /** Runs what takes events over into the queue, and sends them. */
  adopt(run: () => void): void
}

export function createTrackerCore(parts: TrackerParts): TrackerCore {
  const { options, queue, lane, identity } = parts
  const { on, emit } = createEmitter(parts.log, options.debug)
  const books = { captured: 0, adopted: 0, delivered: 0, duplicates: 0, rejected: 0, dropped: 0 }
  // Drops that left a gap in the lane, until they are told to the collector.
  let untold: DropReport['reasons'] | undefined
  let consent = options.disabled ? 'denied' : options.consent
  let shutdown: Promise<FlushResult> | undefined

  const problem = (message: string) => emit('error', { message })
  const waiting = () => queue.size().events

  function drop(reason: DropReason, message: string, isNumbered?: boolean) {
    books.dropped++
    if (isNumbered) untold = { ...untold, [reason]: (untold?.[reason] ?? 0) + 1 }
    tellDrop(reason, message)
  }

  function tellDrop(reason: Signals['dropped']['reason'], message: string) {
    emit('dropped', { reason, message })
    if (reason !== 'opted_out') problem(`dropped (${reason}): ${message}`)
  }

  /** An event is given up before it was in the queue. */
  function lost(reason: DropReason, message: string, isNumbered?: boolean) {
    books.captured++
    drop(reason, message, isNumbered)
  }

  /** Puts an event into the queue and on the books; returns how many the queue has more. */
  function keep(name: string, metadata?: object, given?: TrackOptions, isOwn?: boolean): number {
    const added = capture(parts, lost, name, metadata, given, isOwn)
    books.captured += added
    return added
  }

  function take(name: string, metadata?: object, given?: TrackOptions) {
    if (shutdown) lost('shut_down', 'it came after shutdown')
    else if (consent === 'denied') lost('opted_out', NO_CONSENT)
    else if (keep(name, metadata, given)) sender.notice()
  }

  const sender = createSender({
    ...parts,
    emit,
    consent: () => consent,
    report() {
      const reasons = untold
      untold = undefined
      return reasons ? keep(DROPPED_EVENT_NAME, { reasons }, {}, true) : 0
    },
    settled(verdicts) {
      const { events, duplicates, refusals } = tally(verdicts)
      books.delivered += events
      books.duplicates += duplicates
      books.rejected += refusals.length
      for (const { status, message } of refusals) tellDrop(status, message)
      emit('delivered', { events, duplicates })
    },
    // A report that is given up is not reported in turn: a collector that refuses all would get them without end.
    gaveUp: ({ key, json }, reason, message) => drop(reason, message, key.includes(lane.id) && !isReport(json)),
  })

  async function drain(given: DrainOptions | undefined): Promise<FlushResult> {
    const { delivered, dropped, rejected } = books
    if (consent === 'granted') await sender.drain(drainMs(given))
    return {
      delivered: books.delivered - delivered,
      waiting: waiting(),
      dropped: books.dropped - dropped + books.rejected - rejected,
    }
  }

  /** The one gate between application and tracker: what goes wrong inside costs an event, and is told. */
  function safely<Arguments extends unknown[]>(run: (...args: Arguments) => unknown) {
    return (...args: Arguments): void => {
      if (options.disabled) return
      try {
        run(...args)
      } catch (cause) {
        lost('invalid_event', errorText(cause))
      }
    }
  }

  function setConsent(next: 'granted' | 'denied') {
    if (consent === next) return
    consent = next
    parts.onConsent(next === 'granted')
    sender.notice()
  }

  const tracker: Tracker = {
    track: safely(take),
    identify: safely((userId: string, traits?: object) => {
      must(isText(userId), 'userId must be a string')
      take('$identify', { anonymous_id: identity.identify(userId), traits }, { userId })
    }),
    page: safely((name?: string, metadata?: object) => {
      take('page_view', { ...parts.pageMetadata(), ...(name != null && { page: name }), ...metadata })
    }),
    reset: safely(identity.reset),
    flush: (given) => shutdown ?? drain(given),
    shutdown: (given) => (shutdown ??= drain(given).finally(sender.stop)),
    optIn: safely(() => setConsent('granted')),
    optOut: safely(() => setConsent('denied')),
    on,
    stats: () => ({ ...books, waiting: waiting() }),
  }

  return {
    tracker,
    sender,
    problem,
    lostAdopted(reason, message) {
      books.adopted++
      drop(reason, message)
    },
    adopt(run) {
      const before = waiting()
      run()
      books.adopted += waiting() - before
      sender.notice()
    },
    start: () => consent === 'granted' && parts.onConsent(true),
  }
}

function tally(verdicts: readonly Verdict[]) {
  const refusals = verdicts.filter((verdict) => verdict.status === 'rejected')
  const duplicates = verdicts.filter((verdict) => verdict.status === 'accepted' && verdict.duplicate).length
  return { events: verdicts.length - refusals.length, duplicates, refusals }
}

/** What is no time at all asks for nothing; the promise not to throw stands. */
function drainMs(given: DrainOptions | undefined): number {
  try {
    return Math.min(Math.max(Number((given?.timeoutMs as unknown) ?? DEFAULT_DRAIN_MS), 0) || 0, MAX_TIMER_MS)
  } catch {
    return 0
  }
}

function isReport(json: string): boolean {
  return json.startsWith(`{"event_name":"${DROPPED_EVENT_NAME}"`)
}
