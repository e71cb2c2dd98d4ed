import { EVENT_ID_BYTES } from './block-format.ts'

/** What tells an event outside a lane from others. */
export interface Claim {
  /** 16 bytes. */
  readonly eventId: Uint8Array
  /** Empty where it has no key. */
  readonly key: string
}

/** Of no bytes, as a row in a lane has them: none. Shares the memory. */
export function readClaim(bytes: Buffer): Claim | undefined {
  if (bytes.length === 0) return undefined
  return { eventId: bytes.subarray(0, EVENT_ID_BYTES), key: bytes.toString('utf8', EVENT_ID_BYTES + 4) }
}

/** As blocks and segments have it: the id, the length of the key in bytes, and the key in UTF-8. */
export function writeClaim({ eventId, key }: Claim): Buffer {
  const text = Buffer.from(key)
  return Buffer.concat([eventId, Buffer.from(Uint32Array.of(text.length).buffer), text])
}
