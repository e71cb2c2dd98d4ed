/**
 * Bytes 4 to 15 of an event's id as three u32, and the row of its project: what tells keys outside lanes apart. Its fields are
 * filled again and again, so that a look-up makes no garbage.
 */
export interface ClaimKey {
  project: number
  a: number
  b: number
  c: number
}

/** Seconds that are never released. */
export const NEVER_RELEASED = 0xffff_ffff

export function newClaimKey(): ClaimKey {
  return { project: 0, a: 0, b: 0, c: 0 }
}

/** Fills a key from a UUID's text. */
export function readUuidText(key: ClaimKey, project: number, uuid: string): void {
  key.project = project
  key.a = byteAt(uuid, 9) | (byteAt(uuid, 11) << 8) | (byteAt(uuid, 14) << 16) | (byteAt(uuid, 16) << 24)
  key.b = byteAt(uuid, 19) | (byteAt(uuid, 21) << 8) | (byteAt(uuid, 24) << 16) | (byteAt(uuid, 26) << 24)
  key.c = byteAt(uuid, 28) | (byteAt(uuid, 30) << 8) | (byteAt(uuid, 32) << 16) | (byteAt(uuid, 34) << 24)
  key.a >>>= 0
  key.b >>>= 0
  key.c >>>= 0
}

/** Fills a key from the 16 bytes of a UUID. */
export function readUuidBytes(key: ClaimKey, project: number, bytes: Uint8Array): void {
  key.project = project
  key.a = wordAt(bytes, 4)
  key.b = wordAt(bytes, 8)
  key.c = wordAt(bytes, 12)
}

/** An event's time as a key run keeps it: rounded up, so that a key is released only when its event is surely hidden. */
export function secondsOf(timeMs: number): number {
  return Math.min(Math.max(Math.ceil(timeMs / 1000), 0), NEVER_RELEASED)
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
}

/** Values of lower-case hexadecimal digits by their codes. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, '0123456789abcdef'.indexOf(String.fromCharCode(code))),
)

function byteAt(uuid: string, at: number): number {
  return ((DIGITS[uuid.charCodeAt(at)] as number) << 4) | (DIGITS[uuid.charCodeAt(at + 1)] as number)
}
