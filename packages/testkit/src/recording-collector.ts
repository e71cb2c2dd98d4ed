import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { EventInput } from '@truecount/protocol'
import { createFactWaiter } from './fact-waiter.ts'
import { always } from './fault-script.ts'
import type { FaultScript } from './fault-script.ts'
import { ok } from './fault.ts'
import type { Fault } from './fault.ts'
import { answerError, answerWithFault } from './ingest-answer.ts'
import { CONTRACT_LIMITS, readIngestRequest } from './ingest-request.ts'
import type { IngestLimits } from './ingest-request.ts'
import { readWireBody, startLocalServer } from './local-server.ts'
import type { LocalServer } from './local-server.ts'
import { createRecordedStore } from './recorded-store.ts'

/** One request whose body arrived whole. */
export interface RecordedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As it came over the wire, still compressed if it was. */
  readonly body: Buffer
  /** The members of the batch, or the one event; empty where the request breaks the contract as a whole. */
  readonly events: readonly unknown[]
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  /** What was done to it; `refused` where the request itself breaks the contract. */
  readonly outcome: Fault['kind'] | 'refused'
}

/** What a recording collector saw so far. */
export interface Recorded {
  /** Every request but those for `pages`, in order of arrival. */
  readonly requests: readonly RecordedRequest[]
  /** Stored events by idempotency key; an event without one under its id. */
  readonly stored: ReadonlyMap<string, EventInput>
  /** How often each key arrived, whatever became of it. */
  readonly received: ReadonlyMap<string, number>
}

export interface RecordingCollector extends Recorded {
  /** `http://127.0.0.1:<port>`, the same for its whole life. */
  readonly url: string
  setFaults(faults: FaultScript): void
  /**
   * Resolves as soon as `predicate` is true of what was recorded; rejects with what was seen after `timeoutMs` (10 s).
   * A fact can be seen before its sender has the answer.
   */
  waitFor(predicate: (seen: Recorded) => boolean, timeoutMs?: number): Promise<void>
  /** Cuts every connection and refuses new ones. The store stays. */
  goDown(): Promise<void>
  /** Listens again on the same port. */
  comeBack(): Promise<void>
  stop(): Promise<void>
}

export interface RecordingCollectorOptions {
  /** Default: every request is `ok`. */
  readonly faults?: FaultScript
  /** Default: those of the contract. */
  readonly limits?: Partial<IngestLimits>
  /** Served to GET, by path: `{ '/': { type: 'text/html', body: '…' } }`. */
  readonly pages?: Readonly<Record<string, Page>>
  /** Default: the system's clock. */
  readonly now?: () => number
}

/** A static answer to GET; `type` is its Content-Type. */
export interface Page {
  readonly type: string
  readonly body: string | Uint8Array
}

/**
 * Starts a collector that keeps everything in memory: the ingest routes of the v1 contract, with per-event verdicts and
 * deduplication, on a real socket. It answers no CORS preflight, so a page can reach it by simple requests only.
 */
export async function startRecordingCollector(options: RecordingCollectorOptions = {}): Promise<RecordingCollector> {
  const { pages = {}, now = Date.now } = options
  const limits = { ...CONTRACT_LIMITS, ...options.limits }
  const requests: RecordedRequest[] = []
  const store = createRecordedStore()
  const seen: Recorded = { requests, stored: store.stored, received: store.received }
  const facts = createFactWaiter(() => describe(seen))
  let faults = options.faults ?? always(ok)
  let faultable = 0

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    const page = request.method === 'GET' ? pages[path.split('?', 1)[0] as string] : undefined
    if (page !== undefined) return void response.setHeader('content-type', page.type).end(page.body)
    const body = await readWireBody(request)
    if (body === undefined) return
    const asked = readIngestRequest(request, body, limits)
    const events = asked.ok ? asked.events : []
    const fault = asked.ok
      ? faults(
          faultable++,
          events.flatMap(({ checked }) => (checked.ok ? checked.event : [])),
        )
      : ok
    requests.push({
      method: request.method ?? '',
      path,
      headers: request.headers,
      body,
      events: events.map(({ value }) => value),
      at: now(),
      outcome: asked.ok ? fault.kind : 'refused',
    })
    store.arrive(events)
    facts.changed()
    if (!asked.ok) return answerError(response, asked.body, asked.headers)
    await answerWithFault(fault, response, asked.single, (rejects) => {
      const verdicts = events.map(({ checked }) => store.ingest(checked, rejects))
      facts.changed()
      return verdicts
    })
  }

  let server: LocalServer = await startLocalServer(handle)
  const { port } = server
  return {
    ...seen,
    url: `http://127.0.0.1:${port}`,
    setFaults(next) {
      faults = next
      faultable = 0
    },
    waitFor: (predicate, timeoutMs = 10_000) => facts.waitFor(() => predicate(seen), timeoutMs, predicate),
    goDown: () => server.stop(),
    async comeBack() {
      server = await startLocalServer(handle, port)
    },
    stop: () => server.stop(),
  }
}

function describe({ requests, stored, received }: Recorded): string {
  const last = requests
    .slice(-20)
    .map(({ method, path, events, outcome }) => `${method} ${path} ${events.length} events ${outcome}`)
  const keys = [...stored.keys()].slice(-5).join(', ')
  return `${requests.length} requests, ${received.size} keys received, ${stored.size} stored (last: ${keys || 'none'})\n${last.join('\n')}`
}
