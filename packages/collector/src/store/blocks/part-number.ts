/** Slots that a segment or a run has in the order of parts. */
export const PARTS_EACH = 65_536

/** `part` of `segment_part` and `key_run_part`: of a segment or a run, by its id. */
export function partNumber(id: number, slot: number): number {
  return id * PARTS_EACH + slot
}
