import { BATCH_PATH, ERROR_STATUS, EVENT_PATH, MAX_BATCH_EVENTS, MAX_BODY_BYTES, utf8Bytes } from '@truecount/protocol'
import type { ErrorBody, ErrorCode } from '@truecount/protocol'

/** What can be asked of `fetch`, read as far as an ingest route looks at it. */
export interface ReadRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
}

/** The events of a request that keeps the contract as a whole, or the error that its sender gets. */
export type IngestRequest =
  | { readonly ok: true; readonly isSingle: boolean; readonly events: readonly unknown[] }
  | { readonly ok: false; readonly error: ErrorBody }

/** Takes what `fetch` takes. The signal is left alone: a foreign one, such as jsdom's, would not be accepted. */
export async function readRequest(input: RequestInfo | URL, init: RequestInit = {}): Promise<ReadRequest> {
  const request = typeof input === 'object' && 'headers' in input ? input : undefined
  const address = typeof input === 'string' || 'href' in input ? input : input.url
  const headers = new Headers(init.headers ?? request?.headers)
  // As `fetch` does with a text body (Fetch standard, "extract a body").
  if (typeof init.body === 'string' && !headers.has('Content-Type')) headers.set('Content-Type', 'text/plain')
  return {
    method: init.method ?? request?.method ?? 'GET',
    url: new URL(address),
    headers,
    body: await unpack(new Response(init.body ?? request?.body ?? null), headers.get('Content-Encoding')),
  }
}

/** Any publishable key is known here. */
export function checkRequest({ method, url, headers, body }: ReadRequest): IngestRequest {
  const key = keyOf({ url, headers })
  if (![EVENT_PATH, BATCH_PATH].some((path) => url.pathname.endsWith(path))) {
    return refuse('not_found', `There is no route ${url.pathname} here: events go to ${EVENT_PATH} or ${BATCH_PATH}`)
  }
  if (method !== 'POST') return refuse('method_not_allowed', `${url.pathname} takes POST, got ${method}`)
  if (url.searchParams.get('key')?.startsWith('tc_sk_')) {
    return refuse('forbidden', 'A secret key must never be in a URL: use a publishable one')
  }
  if (key === '') return refuse('unauthorized', 'Send an API key as Authorization: Bearer <api_key>, or as ?key=')
  if (!/^(application\/json|text\/plain)\s*(;|$)/i.test(headers.get('Content-Type') ?? '')) {
    return refuse('unsupported_media_type', 'Content-Type must be application/json or text/plain')
  }
  if (utf8Bytes(body) > MAX_BODY_BYTES) {
    return refuse('payload_too_large', `A body holds at most ${MAX_BODY_BYTES} bytes`)
  }
  return readEvents(body, !url.pathname.endsWith(BATCH_PATH))
}

/** The API key of a request, `''` where it has none. */
export function keyOf({ url, headers }: Pick<ReadRequest, 'url' | 'headers'>): string {
  return /^Bearer +(\S+) *$/i.exec(headers.get('Authorization') ?? '')?.[1] ?? url.searchParams.get('key') ?? ''
}

/** An error answer's body in the shape of the v1 API. */
export function errorBody(error: ErrorCode, message: string, code: number = ERROR_STATUS[error]): ErrorBody {
  return { error, message, code }
}

function readEvents(body: string, isSingle: boolean): IngestRequest {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    return refuse('invalid_request', `The body is not JSON: ${String(error)}`)
  }
  if (isSingle) return { ok: true, isSingle, events: [value] }
  if (!Array.isArray(value) || value.length === 0) {
    return refuse('invalid_request', `A batch is a JSON array of 1 to ${MAX_BATCH_EVENTS} events`)
  }
  if (value.length > MAX_BATCH_EVENTS) {
    return refuse('batch_too_large', `A batch holds at most ${MAX_BATCH_EVENTS} events, got ${value.length}`)
  }
  return { ok: true, isSingle, events: value }
}

function unpack(packed: Response, encoding: string | null): Promise<string> {
  if (encoding !== 'gzip' || packed.body === null) return packed.text()
  return new Response(packed.body.pipeThrough(new DecompressionStream('gzip'))).text()
}

function refuse(error: ErrorCode, message: string): IngestRequest {
  return { ok: false, error: errorBody(error, message) }
}
