import type { Context } from 'koa'
import { BODY_TIMES, type BodyTimes } from './body-times.ts'
import { ENCODINGS, knowsEncoding } from './inflate.ts'
import { type Outcome, type Refusal, refuse } from './outcome.ts'
import { readBody } from './read-body.ts'

export interface BodyRule {
  /** Of the body after decompression. */
  readonly maxBytes: number
  /** Whether `text/plain` is taken, besides `application/json`. */
  readonly alsoText: boolean
}

const TIMES = new WeakMap<object, BodyTimes>()

/** Sets how long the body of a request may take; {@link BODY_TIMES} if nobody does. */
export function setBodyTimes(ctx: Context, times: BodyTimes): void {
  TIMES.set(ctx.req, times)
}

/**
 * Reads a request's JSON, inflated where it came compressed. Refuses with 415, 413, 408 or 400; a body that is refused
 * is not read to its end (see `unread-body`).
 */
export async function readJson(ctx: Context, { maxBytes, alsoText }: BodyRule): Promise<Outcome<unknown>> {
  const encoding = ctx.get('Content-Encoding').trim().toLowerCase()
  const refusal = refuseMediaType(ctx, alsoText) ?? refuseEncoding(ctx, encoding)
  if (refusal !== undefined) return refusal
  const body = await readBody(ctx.req, { maxBytes, encoding, times: TIMES.get(ctx.req) ?? BODY_TIMES })
  if (!body.ok) return body
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.value)) }
  } catch (error) {
    const problem = error instanceof SyntaxError ? error.message : 'it is not valid UTF-8'
    return refuse('invalid_request', `The body is not JSON: ${problem}`)
  }
}

function refuseMediaType(ctx: Context, alsoText: boolean): Refusal | undefined {
  const [type = '', ...parameters] = ctx.get('Content-Type').toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  const charsetKnown = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  const typeKnown = type.trim() === 'application/json' || (alsoText && type.trim() === 'text/plain')
  if (typeKnown && charsetKnown) return undefined
  const wanted = alsoText ? 'application/json or text/plain' : 'application/json'
  return refuse('unsupported_media_type', `Send ${wanted} in UTF-8, and say so in Content-Type`)
}

function refuseEncoding(ctx: Context, encoding: string): Refusal | undefined {
  if (knowsEncoding(encoding)) return undefined
  ctx.set('Accept-Encoding', ENCODINGS)
  return refuse('unsupported_media_type', `Content-Encoding must be one of ${ENCODINGS}, or left out`)
}
