import { MAX_MANAGEMENT_BODY_BYTES } from './check-body.ts'
import type { Exchange } from './exchange.ts'
import { BODY_TIMES } from './body-times.ts'
import { ENCODINGS, knowsEncoding } from './inflate.ts'
import { type Outcome, type Refusal, refuse } from './outcome.ts'
import { readBody } from './read-body.ts'

export interface BodyRule {
  /** Of the body after decompression. */
  readonly maxBytes: number
  /** Whether `text/plain` is taken, besides `application/json`. */
  readonly alsoText: boolean
}

/** Without `stream` a decoder keeps nothing from one text to the next. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a request's JSON, inflated where it came compressed. Refuses with 415, 413, 408 or 400; a body that is refused
 * is not read to its end (see `unread-body`).
 */
export async function readJson(exchange: Exchange, { maxBytes, alsoText }: BodyRule): Promise<Outcome<unknown>> {
  const encoding = exchange.get('content-encoding').trim().toLowerCase()
  const refusal = refuseMediaType(exchange, alsoText) ?? refuseEncoding(exchange, encoding)
  if (refusal !== undefined) return refusal
  const body = await readBody(exchange.req, { maxBytes, encoding, times: exchange.bodyTimes ?? BODY_TIMES })
  if (!body.ok) return body
  try {
    return { ok: true, value: JSON.parse(UTF8.decode(body.value)) }
  } catch (error) {
    const problem = error instanceof SyntaxError ? error.message : 'it is not valid UTF-8'
    return refuse('invalid_request', `The body is not JSON: ${problem}`)
  }
}

/** Refuses what {@link readJson} would, where a route wants no body and one comes all the same. */
export async function refuseStrangeBody(exchange: Exchange): Promise<Refusal | undefined> {
  const bears = exchange.get('transfer-encoding') !== '' || Number(exchange.get('content-length')) > 0
  const body = bears ? await readJson(exchange, { maxBytes: MAX_MANAGEMENT_BODY_BYTES, alsoText: false }) : undefined
  return body === undefined || body.ok ? undefined : body
}

function refuseMediaType(exchange: Exchange, alsoText: boolean): Refusal | undefined {
  const given = exchange.get('content-type')
  if (given === 'application/json') return undefined
  const [type = '', ...parameters] = given.toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  const charsetKnown = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  const typeKnown = type.trim() === 'application/json' || (alsoText && type.trim() === 'text/plain')
  if (typeKnown && charsetKnown) return undefined
  const wanted = alsoText ? 'application/json or text/plain' : 'application/json'
  return refuse('unsupported_media_type', `Send ${wanted} in UTF-8, and say so in Content-Type`)
}

function refuseEncoding(exchange: Exchange, encoding: string): Refusal | undefined {
  if (knowsEncoding(encoding)) return undefined
  exchange.set('Accept-Encoding', ENCODINGS)
  return refuse('unsupported_media_type', `Content-Encoding must be one of ${ENCODINGS}, or left out`)
}
