import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { BATCH_PATH, ERROR_STATUS, EVENT_PATH, MAX_BATCH_EVENTS, MAX_BODY_BYTES } from '@truecount/protocol'
import type { ErrorBody, ErrorCode } from '@truecount/protocol'
import { validateEvent } from '@truecount/protocol/schema'
import type { ValidatedEvent } from '@truecount/protocol/schema'

/** Limits of the contract that a recording collector may be told to narrow. */
export interface IngestLimits {
  readonly maxBatchEvents: number
  /** Bytes after decompression. */
  readonly maxBodyBytes: number
}

export const CONTRACT_LIMITS: IngestLimits = { maxBatchEvents: MAX_BATCH_EVENTS, maxBodyBytes: MAX_BODY_BYTES }

/** One event of a request: as it was parsed, and what the contract says of it. */
export interface IngestedEvent {
  readonly value: unknown
  readonly checked: ValidatedEvent
}

/** The events of a request that keeps the contract as a whole, or the error its sender gets. */
export type IngestRequest =
  | { readonly ok: true; readonly single: boolean; readonly events: readonly IngestedEvent[] }
  | { readonly ok: false; readonly body: ErrorBody; readonly headers: Readonly<Record<string, string>> }

/** Reads `wireBody` (gzip is unpacked) as the ingest routes of the v1 contract do. Any key but none is known. */
export function readIngestRequest(request: IncomingMessage, wireBody: Buffer, limits: IngestLimits): IngestRequest {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname !== EVENT_PATH && url.pathname !== BATCH_PATH) {
    return refuse('not_found', `No route ${url.pathname}: events go to ${EVENT_PATH} or ${BATCH_PATH}`)
  }
  if (request.method !== 'POST') {
    return refuse('method_not_allowed', `${url.pathname} takes POST, got ${request.method}`, { allow: 'POST' })
  }
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? '') && !url.searchParams.get('key')) {
    return refuse('unauthorized', 'No API key: send Authorization: Bearer <key>', { 'www-authenticate': 'Bearer' })
  }
  if (!/^(application\/json|text\/plain)\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return refuse('unsupported_media_type', 'Content-Type must be application/json or text/plain')
  }
  const text = unpack(wireBody, request.headers['content-encoding'], limits.maxBodyBytes)
  return typeof text === 'string' ? readEvents(text, url.pathname === EVENT_PATH, limits) : text
}

function readEvents(text: string, single: boolean, { maxBatchEvents }: IngestLimits): IngestRequest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse('invalid_request', `Body is not JSON: ${(error as Error).message}`)
  }
  if (single) return { ok: true, single, events: [check(value)] }
  if (!Array.isArray(value) || value.length === 0) {
    return refuse('invalid_request', `A batch is a JSON array of 1 to ${maxBatchEvents} events`)
  }
  if (value.length > maxBatchEvents) {
    return refuse('batch_too_large', `A batch holds at most ${maxBatchEvents} events, got ${value.length}`)
  }
  return { ok: true, single, events: value.map(check) }
}

function check(value: unknown): IngestedEvent {
  return { value, checked: validateEvent(value) }
}

function unpack(wireBody: Buffer, encoding = 'identity', maxBytes: number): string | IngestRequest {
  const tooLarge = refuse('payload_too_large', `A body holds at most ${maxBytes} bytes`)
  if (encoding === 'identity') return wireBody.length > maxBytes ? tooLarge : wireBody.toString()
  if (encoding !== 'gzip') return refuse('unsupported_media_type', `Content-Encoding must be gzip, got ${encoding}`)
  try {
    return gunzipSync(wireBody, { maxOutputLength: maxBytes }).toString()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge : refuse('invalid_request', `Body is not gzip: ${message}`)
  }
}

function refuse(error: ErrorCode, message: string, headers: Record<string, string> = {}): IngestRequest {
  return { ok: false, body: { error, message, code: ERROR_STATUS[error] }, headers }
}
