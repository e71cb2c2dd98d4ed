import { formatBatchUrl } from '@truecount/protocol'
import { IS_DEVELOPMENT } from '../development.ts'
import { errorText } from '../error-text.ts'
import type { CoreOptions, ResolvedOptions } from '../options.ts'
import { classifyResponse, parseRetryAfter } from './classify-response.ts'
import type { SendOutcome, Transport } from './transport.ts'

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

/** `fetch`, as far as it is used. */
export type SendRequest = (url: string, request: FetchRequest) => Promise<FetchResponse>

/**
 * Sends by `fetch`, as a CORS-simple request (`text/plain`, key in the query), so that a browser asks no preflight,
 * which a page that is going away would not live to see answered.
 * `reserve` finds room for a request that outlives the page (`keepalive`): how to give it back, or `undefined` if there is none.
 */
export function createFetchTransport(
  {
    endpoint,
    key,
    clock,
    requestTimeoutMs,
  }: Pick<ResolvedOptions<CoreOptions>, 'clock' | 'endpoint' | 'key' | 'requestTimeoutMs'>,
  fetch: SendRequest,
  reserve?: (bytes: number) => (() => void) | undefined,
): Transport {
  return (events, waiting, mayOutlive) => {
    const giveBack = mayOutlive ? reserve?.(events.reduce((sum, { bytes }) => sum + bytes + 1, 1)) : undefined
    let stopTimer: (() => void) | undefined
    const ask = async () => {
      const url = formatBatchUrl(endpoint, key, clock.now(), waiting)
      const body = `[${events.map(({ json }) => json).join()}]`
      const response = await fetch(url, { method: 'POST', body, keepalive: !!giveBack })
      const afterMs = parseRetryAfter(response.headers.get('Retry-After'), clock.now())
      return classifyResponse(response.status, await response.text(), events.length, afterMs)
    }
    return new Promise<SendOutcome>((resolve, reject) => {
      ask().then(resolve, reject)
      // Not left to a signal alone: a `fetch` of the caller's own may ignore it and never answer.
      const giveUp = () => reject(IS_DEVELOPMENT ? `no answer in ${requestTimeoutMs} ms` : 'no answer')
      stopTimer = clock.startTimer(giveUp, requestTimeoutMs)
    })
      .catch((cause: unknown): SendOutcome => ({ kind: 'retry', message: errorText(cause), afterMs: 0 }))
      .finally(() => {
        stopTimer?.()
        giveBack?.()
      })
  }
}
