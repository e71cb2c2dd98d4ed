import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFactWaiter } from './fact-waiter.ts'
import { always } from './fault-script.ts'
import type { FaultScript } from './fault-script.ts'
import { ok } from './fault.ts'
import type { Fault } from './fault.ts'
import { answerError, answerWithFault } from './ingest-answer.ts'
import { CONTRACT_LIMITS, readIngestRequest } from './ingest-request.ts'
import type { IngestedEvent, IngestLimits } from './ingest-request.ts'
import { readWireBody, startLocalServer } from './local-server.ts'
import type { LocalServer } from './local-server.ts'
import { createRecordedStore } from './recorded-store.ts'
import { describeRecorded, recordRequest } from './recorded.ts'
import type { Recorded, RecordedRequest } from './recorded.ts'

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
  const facts = createFactWaiter(() => describeRecorded(seen))
  let nextFault = countRequests(options.faults ?? always(ok))

  const takeIngest = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const asked = readIngestRequest(request, body, limits)
    const events = asked.ok ? asked.events : []
    const fault = asked.ok ? nextFault(events) : ok
    requests.push(recordRequest(request, body, events, now(), asked.ok ? fault.kind : 'refused'))
    store.arrive(events)
    facts.changed()
    if (!asked.ok) return answerError(response, asked.body, asked.headers)
    await answerWithFault(fault, response, asked.single, (rejects) => {
      const verdicts = events.map(({ checked }) => store.ingest(checked, rejects))
      facts.changed()
      return verdicts
    })
  }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const page = request.method === 'GET' ? pages[request.url?.split('?', 1)[0] ?? '/'] : undefined
    if (page !== undefined) return void response.setHeader('content-type', page.type).end(page.body)
    const body = await readWireBody(request)
    if (body !== undefined) await takeIngest(request, response, body)
  }

  let server: LocalServer = await startLocalServer(handle)
  const { port } = server
  return {
    ...seen,
    url: `http://127.0.0.1:${port}`,
    setFaults: (faults) => void (nextFault = countRequests(faults)),
    waitFor: (predicate, timeoutMs = 10_000) => facts.waitFor(() => predicate(seen), timeoutMs, predicate),
    goDown: () => server.stop(),
    comeBack: async () => void (server = await startLocalServer(handle, port)),
    stop: () => server.stop(),
  }
}

/** Gives a script the index of the request and those of its events that keep the contract. */
function countRequests(faults: FaultScript): (events: readonly IngestedEvent[]) => Fault {
  let index = 0
  return (events) => {
    const batch = events.flatMap(({ checked }) => (checked.ok ? checked.event : []))
    return faults(index++, batch)
  }
}
