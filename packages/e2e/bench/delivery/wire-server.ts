import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { EventInput } from '@truecount/protocol'
import { readWireBody, startLocalServer } from '@truecount/testkit'
import type { Fault, FaultScript } from '@truecount/testkit'
import type { Wire } from './wires/wire.ts'

/** One ingest request that reached the server whole. */
export interface WireArrival {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  readonly outcome: Fault['kind']
}

/** The service of any SDK, in memory, on loopback: it takes what the SDK sends and does the faults of a script. */
export interface WireServer {
  readonly url: string
  readonly arrivals: readonly WireArrival[]
  /** Every event that the server took, each time that it took it. */
  readonly stored: readonly EventInput[]
  setFaults(faults: FaultScript): void
  /** Cuts every connection and refuses new ones. */
  goDown(): Promise<void>
  /** Listens again on the same port. */
  comeBack(): Promise<void>
  stop(): Promise<void>
}

export async function startWireServer(wire: Wire, faults: FaultScript): Promise<WireServer> {
  const arrivals: WireArrival[] = []
  const stored: EventInput[] = []
  let nextFault = faults
  let index = 0

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const bytes = await readWireBody(request)
    if (bytes === undefined) return
    allowAllOrigins(request, response)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const events = request.method === 'POST' ? wire.decode({ url, body: unpack(bytes) }) : undefined
    if (events === undefined) return answer(response, 200, {})
    const fault = nextFault(index++, events)
    arrivals.push({ at: Date.now(), outcome: fault.kind })
    const store = () => {
      for (const event of events) stored.push(event)
    }
    await meet(fault, response, store, wire.accepted(events.length))
  }

  let server = await startLocalServer(handle)
  const { port } = server
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    stored,
    setFaults(next) {
      nextFault = next
      index = 0
    },
    goDown: () => server.stop(),
    comeBack: async () => void (server = await startLocalServer(handle, port)),
    stop: () => server.stop(),
  }
}

/** A fault does what it does in a recording collector; the words of the answer are such as every peer understands. */
async function meet(fault: Fault, response: ServerResponse, store: () => void, accepted: unknown): Promise<void> {
  switch (fault.kind) {
    case 'ok':
      store()
      return answer(response, 200, accepted)
    case 'slow':
      await delay(fault.delayMs)
      store()
      return answer(response, 200, accepted)
    case 'late':
      response.destroy()
      await delay(fault.delayMs)
      return store()
    case 'duplicate':
      store()
      answer(response, 200, accepted)
      await delay(fault.delayMs)
      return store()
    case 'dropReply':
      store()
      return void response.destroy()
    case 'dropRequest':
      return void response.destroy()
    case 'hang':
      return
    case 'garbage':
      return void response.writeHead(fault.code, { 'content-type': 'text/html' }).end('<p>Welcome</p>')
    case 'status':
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', String(fault.retryAfter))
      return answer(response, fault.code, { error: 'unavailable', message: 'No', code: fault.code })
    case 'partialReject':
      throw new TypeError('Peers have no verdicts for single events')
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Pages ask from another origin, some with credentials and with headers of their own. */
function allowAllOrigins({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', headers.origin ?? '*')
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*')
  response.setHeader('access-control-expose-headers', 'Retry-After')
}

/** Some say that a body is gzip in a header, some in the query: its first bytes always do (RFC 1952). */
function unpack(bytes: Buffer): string {
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString()
}
