/** Which part of a segment holds what: docs/storage.md, Segment. */
export const SLOT = { directory: 0, times: 1, users: 2, pages: 3, numbers: 4, timeGroups: 5, content: 16 } as const

/** Rows whose content is one part. */
export const CONTENT_ROWS = 128

const SLOTS_A_SEGMENT = 65_536

/** `segment_part.part`. */
export function partNumber(segment: number, slot: number): number {
  return segment * SLOTS_A_SEGMENT + slot
}
