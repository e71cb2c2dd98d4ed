import { type BitSet, newBitSet } from '../bit-set.ts'
import { addUsers, type ViewRanges } from './add-users.ts'

/** What is asked for alike is remembered once. */
export interface Asked {
  readonly project: number
  /** All events if left out. */
  readonly eventName?: string | undefined
}

/** Part of a segment of the file, that a question takes as a whole. */
export interface WholePart extends ViewRanges {
  readonly segmentId: number
}

/**
 * Who is in segments that are taken as a whole. They stay as they are, so that a question that is asked again reads only those that
 * came since.
 */
export interface RememberedUsers {
  /** Ids of users of the parts, in the order of their segments. Good until it is called again, and not to be changed. */
  of(asked: Asked, parts: readonly WholePart[]): BitSet
}

interface Remembered {
  readonly segmentIds: ReadonlySet<number>
  readonly users: BitSet
}

/** Keeps what was asked for last, within so many bytes. */
export function createRememberedUsers(maxBytes: number): RememberedUsers {
  const all = new Map<string, Remembered>()
  let bytes = 0

  function take(key: string): Remembered | undefined {
    const found = all.get(key)
    if (found === undefined) return undefined
    all.delete(key)
    bytes -= found.users.byteLength
    return found
  }

  function keep(key: string, one: Remembered): void {
    all.set(key, one)
    bytes += one.users.byteLength
    for (const oldest of all.keys()) {
      if (bytes <= maxBytes) return
      take(oldest)
    }
  }

  return {
    of({ project, eventName = null }, parts) {
      const [first] = parts
      if (first === undefined) return newBitSet(0)
      // Windows of other lengths, which often take turns, begin with other segments.
      const key = JSON.stringify([project, first.segmentId, eventName])
      const segmentIds = new Set(parts.map(({ segmentId }) => segmentId))
      const found = take(key)
      const before = found !== undefined && [...found.segmentIds].every((id) => segmentIds.has(id)) ? found : undefined
      let users = before?.users ?? newBitSet(0)
      for (const part of parts) if (before?.segmentIds.has(part.segmentId) !== true) users = addUsers(users, part)
      keep(key, { segmentIds, users })
      return users
    },
  }
}
