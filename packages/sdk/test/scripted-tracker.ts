import { utf8Bytes, type EventInput, type Verdict } from '@truecount/protocol'
import { createManualClock, createRandom, type ManualClock } from '@truecount/testkit'
import { expect } from 'vitest'
import type { EventQueue, QueuedEvent } from '../src/capture/event-queue.ts'
import { createServiceIdentity, type Identity } from '../src/capture/identity.ts'
import { createLane } from '../src/capture/lane.ts'
import { createMemoryQueue } from '../src/capture/memory-queue.ts'
import { createTrackerCore } from '../src/create-tracker.ts'
import { resolveOptions, type CoreOptions } from '../src/options.ts'
import { createHandOver, type WaitUntilOptions } from '../src/wait-until.ts'
import type { SendOutcome } from '../src/send/transport.ts'
import type { Signals } from '../src/signals.ts'
import type { Tracker } from '../src/tracker.ts'
import type { TrackerCore } from '../src/tracker-parts.ts'

/** One call of the transport, with its events parsed. `answer` settles it; only the first answer counts. */
export interface Attempt {
  readonly events: readonly EventInput[]
  /** Events that waited beside these. */
  readonly waiting: number
  readonly mayOutlive: boolean
  /** By the manual clock, when it was made. */
  readonly at: number
  answer(outcome: SendOutcome): void
}

/** What becomes of an attempt; `undefined` leaves it without an answer. */
export type Script = (events: readonly EventInput[], index: number) => SendOutcome | undefined

export interface ScriptedTracker extends TrackerCore {
  readonly clock: ManualClock
  readonly queue: EventQueue
  readonly attempts: readonly Attempt[]
  /** Idempotency keys that `accept` stored, in order. */
  readonly stored: ReadonlyMap<string, EventInput>
  readonly logs: readonly string[]
  readonly consents: readonly boolean[]
  readonly heard: { [Kind in keyof Signals]: Signals[Kind][] }
  /** Stores the events that are new and answers with a verdict for each, as a collector does. */
  accept: Script
  setScript(script: Script): void
}

export interface ScriptedParts {
  readonly queue?: EventQueue
  readonly identity?: Identity
  readonly maxBatchBytes?: number
  readonly jot?: (report: QueuedEvent) => unknown
  readonly utf8Bytes?: (text: string) => number
  readonly seed?: number
  /** `false`: nobody listens, so that errors go to the log. */
  readonly listens?: boolean
}

export const retry = (afterMs = 0): SendOutcome => ({ kind: 'retry', message: 'test', afterMs })

export const refused = (kind: 'too_large' | 'refused' | 'unauthorized'): SendOutcome => {
  return { kind, message: `test says ${kind}`, afterMs: 0 }
}

/** The core of a tracker with a manual clock, a memory queue and a transport that answers as the script says. */
export function createScriptedTracker(
  given: Partial<CoreOptions & WaitUntilOptions> = {},
  parts: ScriptedParts = {},
): ScriptedTracker {
  const clock = createManualClock()
  const random = createRandom(parts.seed ?? 1)
  const attempts: Attempt[] = []
  const stored = new Map<string, EventInput>()
  const logs: string[] = []
  const log = (message: string) => void logs.push(message)
  const options = resolveOptions(
    { key: 'k', endpoint: 'https://c.example', ...given },
    { maxQueueBytes: 2 ** 31 - 1, clock },
    log,
  )
  const consents: boolean[] = []
  const accept: Script = (events) => ({ verdicts: events.map((event) => store(stored, event)) })
  let script = accept

  const handOver = createHandOver({
    ...options,
    flush: () => core.tracker.flush(),
    problem: (message) => core.emit('error', { message }),
  })
  const queue = handOver.watch(parts.queue ?? createMemoryQueue(options.maxQueueBytes))
  const core = createTrackerCore({
    options,
    queue,
    identity: parts.identity ?? createServiceIdentity(),
    chance: random,
    lane: createLane(Uint8Array.from({ length: 16 }, () => random() * 256)),
    maxBatchBytes: parts.maxBatchBytes ?? 60_000,
    transport: (batch, waiting, mayOutlive) =>
      new Promise((resolve) => {
        const events = batch.map(({ json }) => JSON.parse(json) as EventInput)
        const index = attempts.push({ events, waiting, mayOutlive, at: clock.now(), answer: resolve }) - 1
        const outcome = script(events, index)
        if (outcome !== undefined) resolve(outcome)
      }),
    pageMetadata: (page = '/test') => ({ page }),
    onConsent(granted) {
      consents.push(granted)
      handOver.onConsent(granted)
    },
    log,
    utf8Bytes: parts.utf8Bytes ?? utf8Bytes,
    jot: parts.jot,
  })
  const heard: ScriptedTracker['heard'] = { delivered: [], dropped: [], retry: [], error: [] }
  for (const kind of parts.listens === false ? [] : (Object.keys(heard) as (keyof Signals)[])) {
    core.tracker.on(kind, (signal) => heard[kind].push(signal as never))
  }
  const setScript = (next: Script) => void (script = next)
  core.start()
  return { ...core, clock, queue, attempts, stored, logs, consents, heard, accept, setScript }
}

function store(stored: Map<string, EventInput>, event: EventInput): Verdict {
  const key = event.idempotency_key ?? ''
  if (stored.has(key)) return { status: 'accepted', event_id: key, duplicate: true }
  stored.set(key, event)
  return { status: 'accepted', event_id: key }
}

/** The tracker's own books: nothing came from elsewhere, and every captured event has one end or waits. */
export function expectBalanced({ stats }: Tracker): void {
  const { captured, adopted, delivered, rejected, dropped, waiting } = stats()
  expect({ adopted, sum: delivered + rejected + dropped + waiting }).toEqual({ adopted: 0, sum: captured })
}

/** Names of the events of each attempt. */
export function namesOf(attempts: readonly Attempt[]): string[][] {
  return attempts.map(({ events }) => events.map(({ event_name }) => event_name))
}
