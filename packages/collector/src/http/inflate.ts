import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate as inflateZlib } from 'node:zlib'
import { type Outcome, refuse } from './outcome.ts'

type Inflate = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

/** The encodings that a body may have, besides none. */
const INFLATES: Readonly<Record<string, Inflate>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflateZlib),
  br: promisify(brotliDecompress),
}

/** For `Accept-Encoding` in an answer (RFC 9110, 12.5.3), and for words. */
export const ENCODINGS = 'gzip, deflate, br'

/** Whether a body so encoded has to be inflated. */
export function isEncoded(encoding: string): boolean {
  return Object.hasOwn(INFLATES, encoding)
}

/** Whether a body so encoded can be read; `''` and `identity` are no encoding. */
export function knowsEncoding(encoding: string): boolean {
  return encoding === '' || encoding === 'identity' || isEncoded(encoding)
}

/** Undoes an encoding ({@link isEncoded}). Stops at the first byte beyond `maxBytes`, and refuses what is not what it says. */
export async function inflate(encoding: string, body: Buffer, maxBytes: number): Promise<Outcome<Buffer>> {
  try {
    return { ok: true, value: await (INFLATES[encoding] as Inflate)(body, { maxOutputLength: maxBytes }) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(maxBytes)
      : refuse('invalid_request', `The body is not the ${encoding} it says it is: ${message}`)
  }
}

export function tooLarge(maxBytes: number): Outcome<never> {
  return refuse('payload_too_large', `The body is larger than ${maxBytes} bytes`)
}
