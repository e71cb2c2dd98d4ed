import { BATCH_PATH } from '@truecount/protocol'
import type { Clock } from '../clock.ts'
import { errorText } from '../error-text.ts'
import { classifyResponse, parseRetryAfter } from './classify-response.ts'
import type { Batch, SendOutcome, Transport } from './transport.ts'

/** The part of a `fetch` answer that is read. */
export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** What is asked of `fetch` (WHATWG Fetch). The abort signal comes from the platform entry. */
export interface FetchRequest {
  readonly method: 'POST'
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array
  readonly keepalive?: boolean
  readonly signal: unknown
}

export interface FetchTransportParts {
  readonly endpoint: string
  readonly key: string
  readonly clock: Clock
  readonly requestTimeoutMs: number
  readonly fetch: (url: string, request: FetchRequest) => Promise<FetchResponse>
  /** A new abort controller for each request. */
  readonly createAbort: () => { readonly signal: unknown; abort(): void }
  /** Platform's own way to dress a request: compression, keepalive. Called once a request; `done` when it ended. */
  readonly dress?: (batch: Batch, mayOutlive: boolean) => Dressed
}

type Dressed = { readonly request: Partial<FetchRequest>; readonly done?: () => void } | undefined

/**
 * Sends by `fetch`, as a CORS-simple request (`text/plain`, key in the query), so that a browser asks no preflight,
 * which a page that is going away would not live to see answered.
 */
export function createFetchTransport(parts: FetchTransportParts): Transport {
  const attempt = async (batch: Batch, signal: unknown, dressed: Dressed): Promise<SendOutcome> => {
    try {
      const url = `${parts.endpoint.replace(/\/+$/, '')}${BATCH_PATH}?key=${encodeURIComponent(parts.key)}`
      const response = await parts.fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'text/plain' },
        body: batch.body,
        signal,
        ...dressed?.request,
      })
      const retryAfterMs = parseRetryAfter(response.headers.get('Retry-After'), parts.clock.now())
      return classifyResponse(response.status, await response.text(), batch.events.length, retryAfterMs)
    } catch (cause) {
      return { kind: 'retry', reason: errorText(cause) }
    }
  }
  return {
    send: (batch, mayOutlive) =>
      new Promise((resolve) => {
        const controller = parts.createAbort()
        const dressed = parts.dress?.(batch, mayOutlive)
        let isOver = false
        const finish = (outcome: SendOutcome) => {
          if (isOver) return
          isOver = true
          stopTimer()
          dressed?.done?.()
          resolve(outcome)
        }
        // Not left to the abort alone: a `fetch` of the caller's own may ignore the signal and never answer.
        const stopTimer = parts.clock.startTimer(() => {
          controller.abort()
          finish({ kind: 'retry', reason: `no answer in ${parts.requestTimeoutMs} ms` })
        }, parts.requestTimeoutMs)
        void attempt(batch, controller.signal, dressed).then(finish)
      }),
  }
}
