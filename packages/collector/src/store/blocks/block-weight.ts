/** So many bytes of a block weigh as much as an event: twice what most events take. */
const BYTES_AN_EVENT = 512

/**
 * How much of a segment a block fills: as much as its events are, or more where they are large. A segment, and what waits to become one,
 * is held in memory.
 */
export function weightOfBlock(events: number, bytes: number): number {
  return Math.max(events, Math.floor(bytes / BYTES_AN_EVENT))
}

/** The same of a row of `block`, in SQL. */
export const BLOCK_WEIGHT = `max(events, length(body) / ${BYTES_AN_EVENT})`
