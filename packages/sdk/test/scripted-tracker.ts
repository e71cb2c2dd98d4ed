import type { EventInput, Verdict } from '@truecount/protocol'
import { createManualClock, createRandom, type ManualClock } from '@truecount/testkit'
import type { EventQueue } from '../src/capture/event-queue.ts'
import { createServiceIdentity, type Identity } from '../src/capture/identity.ts'
import { createLane } from '../src/capture/lane.ts'
import { createMemoryQueue } from '../src/capture/memory-queue.ts'
import { createTrackerCore, type TrackerCore } from '../src/create-tracker.ts'
import { resolveOptions, type CoreOptions } from '../src/options.ts'
import type { Batch, SendOutcome } from '../src/send/transport.ts'
import type { Signals } from '../src/signals.ts'

/** One call of the transport, with its events parsed. `answer` settles it; only the first answer counts. */
export interface Attempt {
  readonly events: readonly EventInput[]
  readonly batch: Batch
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
  readonly seed?: number
  /** `false`: nobody listens, so that errors go to the log. */
  readonly listens?: boolean
}

export const retry = (afterMs?: number): SendOutcome =>
  afterMs === undefined ? { kind: 'retry', reason: 'test' } : { kind: 'retry', reason: 'test', afterMs }

export const refused = (reason: 'too_large' | 'invalid' | 'unauthorized'): SendOutcome => {
  return { kind: 'refused', reason, message: `test says ${reason}` }
}

/** The core of a tracker with a manual clock, a memory queue and a transport that answers as the script says. */
export function createScriptedTracker(given: Partial<CoreOptions> = {}, parts: ScriptedParts = {}): ScriptedTracker {
  const { options, problems } = resolveOptions<CoreOptions>({ key: 'k', endpoint: 'https://c.example', ...given })
  const { queue = createMemoryQueue(options.maxQueueBytes ?? Infinity), identity = createServiceIdentity() } = parts
  const clock = createManualClock()
  const random = createRandom(parts.seed ?? 1)
  const attempts: Attempt[] = []
  const stored = new Map<string, EventInput>()
  const logs: string[] = []
  const consents: boolean[] = []
  const accept: Script = (events) => ({ kind: 'acknowledged', verdicts: events.map((event) => store(stored, event)) })
  let script = accept

  const core = createTrackerCore({
    options,
    problems,
    queue,
    identity,
    clock,
    random,
    lane: createLane((count) => Uint8Array.from({ length: count }, () => random() * 256)),
    maxBatchBytes: parts.maxBatchBytes ?? 60_000,
    transport: {
      send: (batch) =>
        new Promise((resolve) => {
          const events = JSON.parse(batch.body) as EventInput[]
          const index = attempts.push({ events, batch, at: clock.now(), answer: resolve }) - 1
          const outcome = script(events, index)
          if (outcome !== undefined) resolve(outcome)
        }),
    },
    pageMetadata: () => ({ page: '/test' }),
    onConsent: (granted) => consents.push(granted),
    log: (message) => logs.push(message),
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

/** Names of the events of each attempt. */
export function namesOf(attempts: readonly Attempt[]): string[][] {
  return attempts.map(({ events }) => events.map(({ event_name }) => event_name))
}
