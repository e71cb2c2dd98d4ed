import type { Database } from 'better-sqlite3'
import { isBefore, NEVER_RELEASED, secondsOf } from './claim-key.ts'

/** What a key is claimed for. */
export interface KeyedEvent {
  /** Row of the project. */
  readonly project: number
  readonly number: number
  readonly timeMs: number
  readonly userId: string | null
}

/**
 * Seconds that an event's key is kept with: `NEVER_RELEASED` where its user was erased first, `undefined` where an erasure by
 * time was first, which released it.
 */
export type KeptSeconds = (event: KeyedEvent) => number | undefined

interface ErasureRow {
  readonly project: number
  readonly upTo: number
  readonly before: number | null
  readonly userId: string | null
}

export function loadKeptSeconds(db: Database): KeptSeconds {
  const erasures = db
    .prepare<[], ErasureRow>('SELECT project, up_to AS upTo, before, user_id AS userId FROM erasure ORDER BY id')
    .all()
  return (event) => {
    const seconds = secondsOf(event.timeMs)
    const first = erasures.length === 0 ? undefined : firstThatHides(erasures, event, seconds)
    if (first === undefined) return seconds
    return first.before === null ? NEVER_RELEASED : undefined
  }
}

function firstThatHides(
  erasures: readonly ErasureRow[],
  { project, number, userId }: KeyedEvent,
  seconds: number,
): ErasureRow | undefined {
  return erasures.find(
    (erasure) =>
      erasure.project === project &&
      number <= erasure.upTo &&
      (erasure.before === null ? erasure.userId === userId : isBefore(seconds, erasure.before)),
  )
}
