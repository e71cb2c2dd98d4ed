import { DROPPED_EVENT_NAME, type EventInput } from '@truecount/protocol'
import { answerError, answerStatus, answerVerdicts } from './answer.ts'
import { createEventStore } from './event-store.ts'
import { createEventWaiter } from './event-waiter.ts'
import type { Effect, Fault } from './fault.ts'
import { checkRequest, keyOf, readRequest } from './ingest-request.ts'

/** A collector in memory: give its `fetch` to a tracker, and ask it what arrived. */
export interface TestCollector {
  /** Takes events as a collector does: the same validation, a verdict for each event, every key stored once. */
  readonly fetch: typeof fetch
  /** Idempotency keys of the stored events, in the order in which they were stored. */
  readonly keys: readonly string[]
  /** Every request so far, in order. */
  readonly requests: readonly TestRequest[]
  /** Stored events in order: those of that name, or all but the SDK's own reports (`$dropped`). */
  events(name?: string): readonly EventInput[]
  /** The next requests that keep the contract meet these faults, one fault after another; then all is well again. */
  failNext(...faults: readonly Fault[]): void
  /** Resolves with the stored events once there are `count` of them; rejects, with what was seen, after `timeoutMs`. */
  waitForEvents(wanted?: WantedEvents): Promise<readonly EventInput[]>
  /** Forgets events, requests and faults. */
  clear(): void
}

export interface WantedEvents {
  /** Default: any name but `$dropped`. */
  readonly name?: string
  /** Default 1. */
  readonly count?: number
  /** In milliseconds. Default 5,000. */
  readonly timeoutMs?: number
}

/** One request and what became of it. */
export interface TestRequest {
  readonly url: string
  /** The API key it bore; `''` if none. */
  readonly key: string
  /** As they were sent; empty where the request as a whole breaks the contract. */
  readonly events: readonly unknown[]
  /** HTTP status of the answer; `undefined` where it was lost. */
  readonly status: number | undefined
}

export interface TestCollectorParts {
  /** Runs `run` once after `delayMs`; returns what stops it. */
  readonly startTimer: (run: () => void, delayMs: number) => () => void
}

const DEFAULT_WAIT_MS = 5000

export function createCollectorInMemory({ startTimer }: TestCollectorParts): TestCollector {
  const store = createEventStore()
  const requests: TestRequest[] = []
  const effects: Effect[] = []
  const waiter = createEventWaiter(startTimer)

  function answer(isSingle: boolean, events: readonly unknown[]): Response | undefined {
    const effect = effects.shift()
    if (effect?.kind === 'status') return answerStatus(effect)
    const rejects = effect?.kind === 'partialReject' ? effect.rejects : () => false
    const verdicts = events.map((event) => store.ingest(event, rejects))
    return effect?.kind === 'lostAck' ? undefined : answerVerdicts(isSingle, verdicts)
  }

  const events = (name?: string) =>
    store.events.filter(({ event_name }) =>
      name === undefined ? event_name !== DROPPED_EVENT_NAME : event_name === name,
    )

  return {
    async fetch(input, init) {
      const request = await readRequest(input, init)
      const asked = checkRequest(request)
      const response = asked.ok ? answer(asked.isSingle, asked.events) : answerError(asked.error)
      const sent = asked.ok ? asked.events : []
      requests.push({ url: request.url.href, key: keyOf(request), events: sent, status: response?.status })
      waiter.changed()
      if (response === undefined) throw new TypeError('fetch failed: the test lost the answer')
      return response
    },
    get keys() {
      return store.events.flatMap(({ idempotency_key }) => idempotency_key ?? [])
    },
    requests,
    events,
    failNext(...faults) {
      for (const { effect, requests: count } of faults) effects.push(...Array<Effect>(count).fill(effect))
    },
    waitForEvents({ name, count = 1, timeoutMs = DEFAULT_WAIT_MS } = {}) {
      const wanted = `${count} ${name === undefined ? 'events' : `"${name}" events`}`
      const failure = () => `waited ${timeoutMs} ms for ${wanted}, got ${events(name).length}.\n${seen(requests)}`
      return waiter.waitFor(() => events(name), count, timeoutMs, failure)
    },
    clear() {
      store.clear()
      requests.length = 0
      effects.length = 0
    },
  }
}

function seen(requests: readonly TestRequest[]): string {
  if (requests.length === 0) return 'No request came: does the tracker have `fetch: collector.fetch`?'
  const lines = requests.slice(-10).map(({ events, status }) => {
    const names = events.map((event) => (event as Partial<EventInput> | null)?.event_name)
    return `  ${status ?? 'answer lost'}: ${names.join(', ')}`
  })
  return `${requests.length} requests came; the last ones:\n${lines.join('\n')}`
}
