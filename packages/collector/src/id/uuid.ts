import { createHash } from 'node:crypto'

/** Gives `size` unpredictable bytes. */
export type RandomBytes = (size: number) => Uint8Array

/**
 * UUIDv8 that is a pure function of a scope (itself a UUID) and a name in it: the first 128 bits of
 * SHA-256 over `<scope>\n<name>` in UTF-8, with version and variant set (RFC 9562, 5.8).
 */
export function nameUuid(scope: string, name: string): string {
  return uuidOf(createHash('sha256').update(`${scope}\n${name}`).digest().subarray(0, 16), 8)
}

/** UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds since 1970, then random bits. */
export function timeUuid(nowMs: number, randomBytes: RandomBytes): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.set(randomBytes(10), 6)
  return uuidOf(bytes, 7)
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

/** The UUID of 16 bytes. */
export function uuidOfBytes(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function uuidOf(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return uuidOfBytes(bytes)
}
