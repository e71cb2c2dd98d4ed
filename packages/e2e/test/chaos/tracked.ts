/**
 * What a tracker is given: `kept` the SDK takes and the collector stores, `rejected` the SDK takes and the collector rejects,
 * `dropped` the SDK gives up at once.
 */
export type Kind = 'kept' | 'rejected' | 'dropped'

/** What is known of one life of a tracker, from itself and until it died. */
export interface Life {
  readonly name: string
  /** Its events are written down when `track()` returns. */
  readonly isDurable: boolean
  /** It was killed, or its tab closed or crashed. */
  wasKilled: boolean
  /** Numbers of the calls of `track()` that returned, each with what came of it. */
  readonly returned: Map<number, Kind>
  /** The call that was under way when it died, if any: it may have come to anything. */
  limbo: number | undefined
}

export function newLife(name: string, isDurable: boolean): Life {
  return { name, isDurable, wasKilled: false, returned: new Map(), limbo: undefined }
}

/** Deeper than the contract bears, and shorter than 10 KB. */
const REJECTED_DEPTH = 1_200

/** `metadata` of the `n`th event of a life. */
export function metadataOf(life: string, n: number, kind: Kind): object {
  const facts = { life, n, kind }
  if (kind === 'kept') return facts
  if (kind === 'dropped') return { ...facts, isUnwanted: true }
  let deep = {}
  for (let depth = 1; depth < REJECTED_DEPTH; depth++) deep = { d: deep }
  return { ...facts, deep }
}

/** Most events are kept. `draw` is in [0, 1). */
export function kindOf(draw: number): Kind {
  if (draw < 0.06) return 'rejected'
  return draw < 0.14 ? 'dropped' : 'kept'
}
