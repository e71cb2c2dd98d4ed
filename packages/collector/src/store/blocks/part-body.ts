import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

const AS_IS = 0
const DEFLATED = 1

/** What stands in `segment_part.body`: deflated where that is smaller. */
export function packPart(bytes: Buffer): Buffer {
  const deflated = deflateRawSync(bytes, { level: constants.Z_BEST_SPEED, chunkSize: chunkSize(bytes.length) })
  const isSmaller = deflated.length < bytes.length
  const body = Buffer.allocUnsafe(1 + (isSmaller ? deflated : bytes).length)
  body[0] = isSmaller ? DEFLATED : AS_IS
  body.set(isSmaller ? deflated : bytes, 1)
  return body
}

/** `likelyBytes`: what it will take, about: memory that is taken for it at first. */
export function unpackPart(body: Buffer, likelyBytes?: number): Buffer {
  const bytes = body.subarray(1)
  if (body[0] !== DEFLATED) return bytes
  return inflateRawSync(bytes, { chunkSize: chunkSize(likelyBytes ?? 4 * bytes.length) })
}

/** Zlib makes buffers of this size until it is done: one should do, and no more than is needed. */
function chunkSize(bytes: number): number {
  return Math.min(Math.max(bytes, 4096), 1024 * 1024)
}
