import { formatLaneKey } from '@truecount/protocol'

/**
 * Numbers the events of one tracker: 1, 2, 3 …
 * A lane has one writer, ever: whoever adopts a dead owner's events sends them under their old keys and counts in a
 * lane of its own. A number used twice would be taken for a duplicate, and that event lost.
 */
export interface Lane {
  readonly id: string
  nextKey(): string
  /** How many numbers were given out. */
  count(): number
}

/** `randomBytes`: {@link LANE_ID_CHARACTERS} of them, from a cryptographic source: two lanes with one id would swallow each other's events. */
export function createLane(randomBytes: Uint8Array): Lane {
  let id = ''
  for (const byte of randomBytes) id += (byte % 36).toString(36)
  let seq = 0
  return { id, nextKey: () => formatLaneKey(id, ++seq), count: () => seq }
}
