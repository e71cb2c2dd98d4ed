import { uuidByteAt } from '../../id/uuid.ts'
import { type RowBytes, rowBytesOf } from './row-bytes.ts'

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
  key.a = uuidWordAt(uuid, 4)
  key.b = uuidWordAt(uuid, 8)
  key.c = uuidWordAt(uuid, 12)
}

/** Fills a key from the 16 bytes of a UUID. */
export function readUuidBytes(key: ClaimKey, project: number, bytes: Uint8Array): void {
  const { buffer, byteOffset, length } = bytes
  readClaimed(key, project, rowBytesOf([Buffer.from(buffer, byteOffset, length)]), 0)
}

/** Fills a key from the claim of a row outside a lane. */
export function readClaimed(key: ClaimKey, project: number, claims: RowBytes, row: number): void {
  key.project = project
  key.a = claims.uint32(row, 4)
  key.b = claims.uint32(row, 8)
  key.c = claims.uint32(row, 12)
}

/** An event's time as a key run keeps it: rounded down (a program of tables up to version 11 rounded up). */
export function secondsOf(timeMs: number): number {
  return Math.min(Math.max(Math.floor(timeMs / 1000), 0), NEVER_RELEASED)
}

/**
 * Whether an erasure by time releases a key that is kept with these seconds: only when its event is surely hidden, so that of the second
 * in which `beforeMs` lies no key is released, nor of the times beyond those that can be kept, which `NEVER_RELEASED` is.
 */
export function isBefore(seconds: number, beforeMs: number): boolean {
  return seconds < Math.min(Math.floor(beforeMs / 1000), NEVER_RELEASED)
}

function uuidWordAt(uuid: string, at: number): number {
  const [a, b] = [uuidByteAt(uuid, at), uuidByteAt(uuid, at + 1)]
  return (a | (b << 8) | (uuidByteAt(uuid, at + 2) << 16) | (uuidByteAt(uuid, at + 3) << 24)) >>> 0
}
