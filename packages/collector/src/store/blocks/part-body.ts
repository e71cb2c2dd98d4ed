import { inflateRawSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** What the first byte says of the rest. Parts are deflated where a program of tables up to version 9 made them. */
const AS_IS = 0
const DEFLATED = 1
const ZSTANDARD = 2

/** What stands in `segment_part.body`: compressed (Zstandard, RFC 8878) where that is smaller. */
export function packPart(bytes: Buffer): Buffer {
  const compressed = zstdCompressSync(bytes, { chunkSize: chunkSize(bytes.length) })
  const isSmaller = compressed.length < bytes.length
  const body = Buffer.allocUnsafe(1 + (isSmaller ? compressed : bytes).length)
  body[0] = isSmaller ? ZSTANDARD : AS_IS
  body.set(isSmaller ? compressed : bytes, 1)
  return body
}

/** `likelyBytes`: what it will take, about: memory that is taken for it at first. */
export function unpackPart(body: Buffer, likelyBytes = 4 * body.length): Buffer {
  const bytes = body.subarray(1)
  if (body[0] === AS_IS) return bytes
  const unpack = body[0] === DEFLATED ? inflateRawSync : zstdDecompressSync
  return unpack(bytes, { chunkSize: chunkSize(likelyBytes) })
}

/** Zlib makes buffers of this size until it is done: one should do, and no more than is needed. */
function chunkSize(bytes: number): number {
  return Math.min(Math.max(bytes, 4096), 1024 * 1024)
}
