import { request as sendRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { BATCH_PATH, EVENT_PATH } from '@truecount/protocol'
import type { EventInput } from '@truecount/protocol'
import { always } from './fault-script.ts'
import type { FaultScript } from './fault-script.ts'
import { ok } from './fault.ts'
import type { Fault } from './fault.ts'
import { answerWithFault } from './ingest-answer.ts'
import { readWireBody, startLocalServer } from './local-server.ts'
import type { LocalServer } from './local-server.ts'

/** One ingest request that reached the proxy whole. */
export interface ProxiedRequest {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  /** Of the uncompressed batch. */
  readonly eventCount: number
  readonly outcome: Fault['kind']
}

/** A network that does to a real collector's ingest requests what a script says; all others pass untouched. */
export interface FaultyProxy {
  /** `http://127.0.0.1:<port>`, the same for its whole life. */
  readonly url: string
  /** In order of arrival. */
  readonly requests: readonly ProxiedRequest[]
  setFaults(faults: FaultScript): void
  /** Cuts every connection and refuses new ones. */
  goDown(): Promise<void>
  /** Listens again on the same port. */
  comeBack(): Promise<void>
  /** Ends when all that it still held has gone on. */
  stop(): Promise<void>
}

/**
 * Starts a proxy on 127.0.0.1 before the collector at `targetUrl`. A fault means what it means to a recording collector:
 * `dropReply` cuts the connection when the collector has answered, `slow` and `late` wait before the request goes on, and
 * `hang`, `garbage`, `status` and `dropRequest` never reach it. A connection that the target refuses is cut.
 * `partialReject` throws: what a real collector rejects is its own affair.
 */
export async function startFaultyProxy(targetUrl: string, faults: FaultScript = always(ok)): Promise<FaultyProxy> {
  const requests: ProxiedRequest[] = []
  const held = new Set<Promise<void>>()
  let nextFault = faults
  let index = 0

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readWireBody(request)
    if (body === undefined) return
    if (!isIngest(request)) return relay(await forward(targetUrl, request, body), response)
    const events = eventsIn(body, request.headers['content-encoding'])
    const fault = nextFault(index++, events)
    requests.push({ at: Date.now(), eventCount: events.length, outcome: fault.kind })
    const met = meet(fault, () => forward(targetUrl, request, body), response)
    held.add(met)
    await met.finally(() => held.delete(met))
  }

  let server: LocalServer = await startLocalServer(handle)
  const { port } = server
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    setFaults(next) {
      nextFault = next
      index = 0
    },
    goDown: () => server.stop(),
    comeBack: async () => void (server = await startLocalServer(handle, port)),
    async stop() {
      await server.stop()
      await Promise.all(held)
    },
  }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

async function meet(fault: Fault, pass: () => Promise<Answer | undefined>, response: ServerResponse): Promise<void> {
  switch (fault.kind) {
    case 'ok':
      return relay(await pass(), response)
    case 'slow':
      await delay(fault.delayMs)
      return relay(await pass(), response)
    case 'late':
      response.destroy()
      await delay(fault.delayMs)
      return void (await pass())
    case 'duplicate':
      relay(await pass(), response)
      await delay(fault.delayMs)
      return void (await pass())
    case 'dropReply':
      await pass()
      return void response.destroy()
    case 'partialReject':
      throw new TypeError('A proxy cannot reject events: send ones that break the contract instead')
    case 'dropRequest':
    case 'hang':
    case 'garbage':
    case 'status':
      return answerWithFault(fault, response, false, () => [])
  }
}

/** Resolves with the target's whole answer, or `undefined` where it gave none. */
function forward(targetUrl: string, request: IncomingMessage, body: Buffer): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const { method = 'GET', url = '/', headers } = request
    const outgoing = sendRequest(new URL(url, targetUrl), { method, headers, agent: false }, (answer) => {
      void readWireBody(answer).then((whole) =>
        resolve(whole && { status: answer.statusCode ?? 502, headers: answer.headers, body: whole }),
      )
    })
    outgoing.once('error', () => resolve(undefined))
    outgoing.end(body)
  })
}

function relay(answer: Answer | undefined, response: ServerResponse): void {
  if (answer === undefined) return void response.destroy()
  const { connection: _hop, ...headers } = answer.headers
  response.writeHead(answer.status, headers).end(answer.body)
}

function isIngest({ method, url = '/' }: IncomingMessage): boolean {
  return method === 'POST' && [EVENT_PATH, BATCH_PATH].includes(url.split('?', 1)[0] as string)
}

/** What a script may look at; a body that can't be read has no events. */
function eventsIn(body: Buffer, encoding: string | undefined): EventInput[] {
  try {
    const plain = encoding === 'gzip' ? gunzipSync(body) : body
    return [JSON.parse(plain.toString())].flat() as EventInput[]
  } catch {
    // The target decides about it.
    return []
  }
}
