import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** The encodings that a body may have, besides none. */
const INFLATERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
}

/** For `Accept-Encoding` in an answer (RFC 9110, 12.5.3), and for words. */
export const ENCODINGS = 'gzip, deflate, br'

/** Whether a body so encoded can be read; `''` and `identity` are no encoding. */
export function knowsEncoding(encoding: string): boolean {
  return encoding === '' || encoding === 'identity' || Object.hasOwn(INFLATERS, encoding)
}

/** What undoes an encoding; `undefined` where there is nothing to undo. */
export function createInflater(encoding: string): Transform | undefined {
  return Object.hasOwn(INFLATERS, encoding) ? INFLATERS[encoding]?.() : undefined
}
