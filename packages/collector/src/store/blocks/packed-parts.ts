import type { Part } from './seal-work.ts'

/** Parts in one piece of memory, which another thread gets without a copy. */
export interface PackedParts {
  readonly slots: Uint32Array
  readonly ends: Uint32Array
  readonly bytes: Uint8Array
}

export function packParts(parts: readonly Part[]): PackedParts {
  const ends = new Uint32Array(parts.length)
  let end = 0
  parts.forEach(({ body }, i) => (ends[i] = end += body.length))
  const bytes = new Uint8Array(end)
  parts.forEach(({ body }, i) => bytes.set(body, (ends[i] as number) - body.length))
  return { slots: Uint32Array.from(parts, ({ slot }) => slot), ends, bytes }
}

export function unpackParts({ slots, ends, bytes }: PackedParts): Part[] {
  return Array.from(slots, (slot, i) => ({ slot, body: bytes.subarray(ends[i - 1] ?? 0, ends[i]) }))
}
