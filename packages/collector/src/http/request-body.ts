import type { IncomingMessage } from 'node:http'
import type { Context } from 'koa'
import { type Outcome, type Refusal, refuse } from './outcome.ts'

export interface BodyRule {
  readonly maxBytes: number
  /** Media types taken, besides `application/json`. */
  readonly alsoText: boolean
}

/** Reads a request's JSON. Refuses with 415, 413 or 400; a body that is too large is not read to its end (see `unread-body`). */
export async function readJson(ctx: Context, rule: BodyRule): Promise<Outcome<unknown>> {
  const refusal = refuseMediaType(ctx, rule.alsoText)
  if (refusal !== undefined) return refusal
  const body = await readBody(ctx.req, rule.maxBytes)
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
  const encoding = ctx.get('Content-Encoding').toLowerCase()
  if (typeKnown && charsetKnown && (encoding === '' || encoding === 'identity')) return undefined
  const wanted = alsoText ? 'application/json or text/plain' : 'application/json'
  return refuse('unsupported_media_type', `Send ${wanted} in UTF-8, without Content-Encoding`)
}

function readBody(request: IncomingMessage, maxBytes: number): Promise<Outcome<Buffer>> {
  const tooLarge = refuse('payload_too_large', `The body is larger than ${maxBytes} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(tooLarge)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) {
        request.off('data', onData)
        request.pause()
        resolve(tooLarge)
      } else {
        chunks.push(chunk)
      }
    }
    request.on('data', onData)
    request.on('end', () =>
      resolve({ ok: true, value: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }),
    )
    request.on('close', () => resolve(refuse('invalid_request', 'The connection ended before the body did')))
    request.on('error', () => resolve(refuse('invalid_request', 'The connection broke before the body ended')))
  })
}
