import { formatBatchUrl } from '@truecount/protocol'
import type { Clock } from '../clock.ts'
import { IS_DEVELOPMENT } from '../development.ts'
import { errorText } from '../error-text.ts'
import { classifyResponse, parseRetryAfter } from './classify-response.ts'
import type { Transport } from './transport.ts'

/** The part of a `fetch` answer that is read. */
export interface FetchResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** What is asked of `fetch` (WHATWG Fetch). The platform adds a signal, so that what takes too long is broken off. */
export interface FetchRequest {
  readonly method: 'POST'
  readonly body: string | Uint8Array
  readonly keepalive: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** What a text body is by the standard, for a `fetch` that does not say so by itself: Bun's, and many a caller's own. */
export const TEXT_HEADERS = { 'Content-Type': 'text/plain' }

export interface FetchTransportParts {
  readonly endpoint: string
  readonly key: string
  readonly clock: Clock
  readonly requestTimeoutMs: number
  readonly fetch: (url: string, request: FetchRequest) => Promise<FetchResponse>
  /** Room for a request that outlives the page (`keepalive`): how to give it back, or `undefined` if there is none. */
  readonly reserve?: (bytes: number) => (() => void) | undefined
}

/**
 * Sends by `fetch`, as a CORS-simple request (`text/plain`, key in the query), so that a browser asks no preflight,
 * which a page that is going away would not live to see answered.
 */
export function createFetchTransport(parts: FetchTransportParts): Transport {
  const { clock, requestTimeoutMs } = parts
  return async ({ events, body, bytes, waiting }, mayOutlive) => {
    const giveBack = mayOutlive ? parts.reserve?.(bytes) : undefined
    let stopTimer: (() => void) | undefined
    const ask = async () => {
      const url = formatBatchUrl(parts.endpoint, parts.key, clock.now(), waiting)
      const response = await parts.fetch(url, { method: 'POST', body, keepalive: !!giveBack })
      const afterMs = parseRetryAfter(response.headers.get('Retry-After'), clock.now())
      return classifyResponse(response.status, await response.text(), events.length, afterMs)
    }
    try {
      return await Promise.race([
        ask(),
        // Not left to the signal alone: a `fetch` of the caller's own may ignore it and never answer.
        new Promise<never>((_, reject) => {
          stopTimer = clock.startTimer(
            () => reject(new Error(IS_DEVELOPMENT ? `no answer in ${requestTimeoutMs} ms` : 'no answer')),
            requestTimeoutMs,
          )
        }),
      ])
    } catch (cause) {
      return { kind: 'retry', message: errorText(cause), afterMs: 0 }
    } finally {
      stopTimer?.()
      giveBack?.()
    }
  }
}
