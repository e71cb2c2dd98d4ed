import { BATCH_PATH, SENT_AT_PARAMETER, WAITING_PARAMETER } from '@truecount/protocol'
import type { Clock } from '../clock.ts'
import { errorText } from '../error-text.ts'
import { classifyResponse, parseRetryAfter } from './classify-response.ts'
import type { Transport } from './transport.ts'

/** The part of a `fetch` answer that is read. */
export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** What is asked of `fetch` (WHATWG Fetch). The abort signal comes from the platform entry. */
export interface FetchRequest {
  readonly method: 'POST'
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly keepalive: boolean
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
  /** Room for a request that outlives the page (`keepalive`): how to give it back, or `undefined` if there is none. */
  readonly reserve?: (bytes: number) => (() => void) | undefined
}

/**
 * Sends by `fetch`, as a CORS-simple request (`text/plain`, key in the query), so that a browser asks no preflight,
 * which a page that is going away would not live to see answered.
 */
export function createFetchTransport(parts: FetchTransportParts): Transport {
  return {
    async send({ events, body, bytes, waiting }, mayOutlive) {
      const { clock, requestTimeoutMs } = parts
      const controller = parts.createAbort()
      const giveBack = mayOutlive ? parts.reserve?.(bytes) : undefined
      let stopTimer: (() => void) | undefined
      // Not left to the abort alone: a `fetch` of the caller's own may ignore the signal and never answer.
      const timeout = new Promise<never>((_, reject) => {
        stopTimer = clock.startTimer(() => {
          controller.abort()
          reject(new Error(`no answer in ${requestTimeoutMs} ms`))
        }, requestTimeoutMs)
      })
      const attempt = async () => {
        const route = `${parts.endpoint.replace(/\/+$/, '')}${BATCH_PATH}?key=${encodeURIComponent(parts.key)}`
        const response = await parts.fetch(
          `${route}&${SENT_AT_PARAMETER}=${clock.now()}&${WAITING_PARAMETER}=${waiting}`,
          {
            method: 'POST',
            // By the standard a text body is that by itself; Bun's `fetch`, and many a caller's own, sends no type.
            headers: { 'Content-Type': 'text/plain' },
            body,
            keepalive: !!giveBack,
            signal: controller.signal,
          },
        )
        const afterMs = parseRetryAfter(response.headers.get('Retry-After'), clock.now())
        return classifyResponse(response.status, await response.text(), events.length, afterMs)
      }
      try {
        return await Promise.race([timeout, attempt()])
      } catch (cause) {
        return { kind: 'retry', message: errorText(cause), afterMs: 0 }
      } finally {
        stopTimer?.()
        giveBack?.()
      }
    },
  }
}
