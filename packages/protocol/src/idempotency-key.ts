/** Where an event stands in the lane that captured it. */
export interface LanePosition {
  /** Random id of the lane: {@link LANE_ID_CHARACTERS} characters of `A-Z a-z 0-9 - _`. */
  readonly lane: string
  /** 1 for the lane's first event, then without gaps. */
  readonly seq: number
}

/** Length of a lane id: with 36 random letters and digits each, 82 bits. */
export const LANE_ID_CHARACTERS = 16

const LANE_KEY = /^tc1\.([\w-]{16})\.([1-9]\d{0,15})$/

/** The `idempotency_key` of a lane's event: `tc1.<lane>.<seq>`. To any other collector it is a plain string. */
export function formatLaneKey(lane: string, seq: number): string {
  return `tc1.${lane}.${seq}`
}

/**
 * Reads a key that {@link formatLaneKey} made.
 * Returns `undefined` for every other string: such a key is unique too, but has no lane.
 */
export function parseLaneKey(key: string): LanePosition | undefined {
  const match = LANE_KEY.exec(key)
  if (match === null) return undefined
  const seq = Number(match[2])
  return Number.isSafeInteger(seq) ? { lane: match[1] as string, seq } : undefined
}
