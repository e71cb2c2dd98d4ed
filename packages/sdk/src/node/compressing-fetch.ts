import { gzipSync } from 'node:zlib'
import type { SendRequest } from '../send/fetch-transport.ts'

/** Below this a body travels in one or two packets either way. */
const MIN_BYTES = 4096

/**
 * Sends large bodies compressed (gzip at its fastest level: about 0.1 ms for 25 KB, a tenth of the bytes). A collector that
 * answers 415 can't read that: it gets the same body plain at once, and every later one.
 */
export function createCompressingFetch(fetch: SendRequest): SendRequest {
  let isUnderstood = true
  return async (url, request) => {
    if (!isUnderstood || typeof request.body !== 'string' || request.body.length < MIN_BYTES) return fetch(url, request)
    const headers = { ...request.headers, 'Content-Encoding': 'gzip' }
    const response = await fetch(url, { ...request, headers, body: gzipSync(request.body, { level: 1 }) })
    if (response.status !== 415) return response
    isUnderstood = false
    return fetch(url, request)
  }
}
