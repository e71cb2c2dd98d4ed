import type { IncomingMessage } from 'node:http'
import { type BodyTimes, watchBody } from './body-times.ts'
import { releaseContinue } from './held-continue.ts'
import { inflate, isEncoded, tooLarge } from './inflate.ts'
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
 * Reads a body, inflated. It stops at the first byte too many, inflated or not, so that no body costs more memory than
 * the limit or more time than a slow sender has. What is left of it is not read (see `unread-body`).
 */
export function readBody(
  request: IncomingMessage,
  { maxBytes, encoding, times }: BodyLimits,
): Promise<Outcome<Buffer>> {
  if (!isEncoded(encoding)) return readWire(request, times, maxBytes, maxBytes)
  return readWire(request, times, maxBytes + ENCODING_OVERHEAD_BYTES, maxBytes).then((wire) =>
    wire.ok ? inflate(encoding, wire.value, maxBytes) : wire,
  )
}

/** Reads a body as it comes. `maxBytes` is what one that is larger than `maxWireBytes` is told. */
function readWire(
  request: IncomingMessage,
  times: BodyTimes,
  maxWireBytes: number,
  maxBytes: number,
): Promise<Outcome<Buffer>> {
  if (Number(request.headers['content-length']) > maxWireBytes) return Promise.resolve(tooLarge(maxBytes))
  releaseContinue(request)
  if (request.complete) {
    const whole = takeWhole(request)
    return Promise.resolve(whole.length > maxWireBytes ? tooLarge(maxBytes) : { ok: true, value: whole })
  }
  if (request.destroyed) return Promise.resolve(CUT_SHORT)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (outcome: Outcome<Buffer>) => {
      watch.end()
      request.off('data', onData)
      if (!outcome.ok) request.pause()
      resolve(outcome)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxWireBytes) settle(tooLarge(maxBytes))
      else chunks.push(chunk)
    }
    const slow = refuse('request_timeout', 'The body came too slowly: nothing was stored, send it again')
    const watch = watchBody(request, times, () => settle(slow))
    request.on('data', onData)
    // A sender that goes when all of it is here has sent it.
    const end = () => settle(request.complete ? { ok: true, value: Buffer.concat(chunks) } : CUT_SHORT)
    for (const event of ['end', 'close', 'error']) request.on(event, end)
  })
}

/**
 * Takes a body that is there, as nearly every one is: there is nobody to wait for, and no time to keep. It stays there when its
 * sender goes.
 */
function takeWhole(request: IncomingMessage): Buffer {
  const whole = (request.read() as Buffer | null) ?? Buffer.alloc(0)
  request.resume()
  return whole
}
