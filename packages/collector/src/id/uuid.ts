import { hash } from 'node:crypto'

/** Gives `size` unpredictable bytes. */
export type RandomBytes = (size: number) => Uint8Array

/**
 * UUIDv8 that is a pure function of a scope (itself a UUID) and a name in it: the first 128 bits of
 * SHA-256 over `<scope>\n<name>` in UTF-8, with version and variant set (RFC 9562, 5.8).
 */
export function nameUuid(scope: string, name: string): string {
  // As `binary`, one character an octet, which costs a third of a `Buffer` of its own.
  const digest = hash('sha256', `${scope}\n${name}`, 'binary')
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 16; i++) bytes[i] = digest.charCodeAt(i)
  return uuidOf(bytes, 8)
}

/** UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds since 1970, then random bits. */
export function timeUuid(nowMs: number, randomBytes: RandomBytes): string {
  const bytes = new Uint8Array(16)
  const high = Math.floor(nowMs / 0x1_0000_0000)
  for (let i = 0; i < 2; i++) bytes[i] = high >>> (8 - 8 * i)
  for (let i = 0; i < 4; i++) bytes[2 + i] = nowMs >>> (24 - 8 * i)
  bytes.set(randomBytes(10), 6)
  return uuidOf(bytes, 7)
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

const DIGITS = Buffer.from('0123456789abcdef')

/** Where the two digits of each byte stand in the text of a UUID. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]

/** Values of lower-case hexadecimal digits by their codes. */
const VALUES = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, DIGITS.indexOf(code)))

/** One of the 16 bytes of a UUID's text, in lower case. */
export function uuidByteAt(uuid: string, i: number): number {
  const place = PLACES[i] as number
  return ((VALUES[uuid.charCodeAt(place)] as number) << 4) | (VALUES[uuid.charCodeAt(place + 1)] as number)
}

/** A UUID being written: its digits change, its dashes stay. */
const text = Buffer.alloc(36, '-')

/** The UUID of 16 bytes. */
export function uuidOfBytes(bytes: Uint8Array): string {
  for (let i = 0; i < 16; i++) {
    const byte = bytes[i] as number
    const place = PLACES[i] as number
    text[place] = DIGITS[byte >> 4] as number
    text[place + 1] = DIGITS[byte & 0x0f] as number
  }
  return text.toString('latin1')
}

function uuidOf(bytes: Uint8Array, version: number): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return uuidOfBytes(bytes)
}
