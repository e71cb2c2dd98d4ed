import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createFactWaiter } from './fact-waiter.ts'
import { readWireBody, startLocalServer } from './local-server.ts'

/** One attempt that reached the sink. */
export interface ReceivedDelivery {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The bytes that signatures are made over. */
  readonly rawBody: Buffer
  /** The parsed body; `undefined` where it is no JSON. */
  readonly payload: unknown
  /** Milliseconds since 1970 UTC. */
  readonly at: number
}

/** What the sink does with an attempt: answer it, cut the connection, or never answer. */
export type WebhookAnswer =
  | { readonly kind: 'status'; readonly code: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' }

export interface WebhookSink {
  readonly url: string
  /** In order of arrival. */
  readonly deliveries: readonly ReceivedDelivery[]
  /** Resolves as soon as `predicate` is true of the deliveries; rejects with what was seen after `timeoutMs` (10 s). */
  waitFor(predicate: (deliveries: readonly ReceivedDelivery[]) => boolean, timeoutMs?: number): Promise<void>
  stop(): Promise<void>
}

export interface WebhookSinkOptions {
  /** Says what happens to an attempt; `index` counts from 0. Default: 204 for all. */
  readonly answer?: (delivery: ReceivedDelivery, index: number) => WebhookAnswer
  /** Default: the system's clock. */
  readonly now?: () => number
}

/** Starts a real server on 127.0.0.1 that takes and remembers webhook deliveries on any path. */
export async function startWebhookSink(options: WebhookSinkOptions = {}): Promise<WebhookSink> {
  const { answer = () => ({ kind: 'status', code: 204 }), now = Date.now } = options
  const deliveries: ReceivedDelivery[] = []
  const facts = createFactWaiter(() => `${deliveries.length} deliveries\n${deliveries.map(describe).join('\n')}`)

  const server = await startLocalServer(async (request: IncomingMessage, response: ServerResponse) => {
    const rawBody = await readWireBody(request)
    if (rawBody === undefined) return
    const { method = '', url = '/', headers } = request
    const delivery = { method, path: url, headers, rawBody, payload: parse(rawBody), at: now() }
    const index = deliveries.push(delivery) - 1
    facts.changed()
    reply(response, answer(delivery, index))
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    deliveries,
    waitFor: (predicate, timeoutMs = 10_000) => facts.waitFor(() => predicate(deliveries), timeoutMs, predicate),
    stop: () => server.stop(),
  }
}

function reply(response: ServerResponse, answer: WebhookAnswer): void {
  switch (answer.kind) {
    case 'status':
      return void response.writeHead(answer.code, answer.headers).end()
    case 'drop':
      return void response.destroy()
    case 'hang':
      return
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

function describe({ method, path, headers, rawBody }: ReceivedDelivery): string {
  return `${method} ${path} ${String(headers['webhook-id'] ?? 'without webhook-id')} ${rawBody.toString().slice(0, 200)}`
}
