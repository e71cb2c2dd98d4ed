import type { IncomingMessage } from 'node:http'
import { type BodyTimes, watchBody } from './body-times.ts'
import { releaseContinue } from './held-continue.ts'
import { createInflater } from './inflate.ts'
import { type Outcome, refuse } from './outcome.ts'

/** An encoded body that holds next to nothing may be this much larger than what it inflates to. */
const ENCODING_OVERHEAD_BYTES = 64 * 1024

const CUT_SHORT = refuse('invalid_request', 'The connection ended before the body')

export interface BodyLimits {
  /** Of the body after decompression. */
  readonly maxBytes: number
  /** As in `Content-Encoding`, one that is known. */
  readonly encoding: string
  readonly times: BodyTimes
}

/**
 * Takes a body that is there, as nearly every one is: there is nobody to wait for, and no time to keep. It stays there when its
 * sender goes. `undefined` where something of it may come yet.
 */
function takeWhole(request: IncomingMessage): Buffer | undefined {
  if (!request.complete) return undefined
  const whole = (request.read() as Buffer | null) ?? Buffer.alloc(0)
  request.resume()
  return whole
}

/**
 * Reads a body, inflated. It stops at the first byte too many, inflated or not, so that no body costs more memory than
 * the limit or more time than a slow sender has. What is left of it is not read (see `unread-body`).
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Outcome<Buffer>> {
  const { maxBytes, encoding, times } = limits
  const inflater = createInflater(encoding)
  const maxWireBytes = inflater === undefined ? maxBytes : maxBytes + ENCODING_OVERHEAD_BYTES
  const tooLarge = () => refuse('payload_too_large', `The body is larger than ${maxBytes} bytes`)
  if (Number(request.headers['content-length']) > maxWireBytes) return Promise.resolve(tooLarge())
  releaseContinue(request)
  const whole = takeWhole(request)
  if (whole !== undefined && whole.length > maxWireBytes) return Promise.resolve(tooLarge())
  if (whole !== undefined && inflater === undefined) return Promise.resolve({ ok: true, value: whole })
  if (whole === undefined && request.destroyed) return Promise.resolve(CUT_SHORT)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let wireBytes = 0
    const settle = (outcome: Outcome<Buffer>) => {
      watch.end()
      request.off('data', onWire)
      source.off('data', onData)
      if (inflater !== undefined) request.unpipe(inflater)
      inflater?.destroy()
      if (!outcome.ok) request.pause()
      resolve(outcome)
    }
    const onWire = (chunk: Buffer) => {
      wireBytes += chunk.length
      if (wireBytes > maxWireBytes) settle(tooLarge())
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) settle(tooLarge())
      else chunks.push(chunk)
    }
    const slow = refuse('request_timeout', 'The body came too slowly: nothing was stored, send it again')
    const watch = watchBody(request, times, () => settle(slow))
    const source = inflater === undefined ? request : whole === undefined ? request.pipe(inflater) : inflater.end(whole)
    request.on('data', onWire)
    source.on('data', onData)
    source.on('end', () =>
      settle({ ok: true, value: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) }),
    )
    inflater?.on('error', ({ message }) =>
      settle(refuse('invalid_request', `The body is not the ${encoding} it says it is: ${message}`)),
    )
    request.on('close', () => request.complete || settle(CUT_SHORT))
    request.on('error', () => settle(refuse('invalid_request', 'The connection broke before the body ended')))
  })
}
