import type { SubjectBooks } from '../../../test/node/subject.ts'

/** The books of an SDK that says no more than how many events it gave up. */
export function toldBooks(dropped: number): SubjectBooks {
  const unsaid = { captured: 0, adopted: 0, delivered: 0, duplicates: 0, rejected: 0, waiting: 0 }
  return { ...unsaid, dropped, dropReasons: dropped === 0 ? {} : { told: dropped }, errors: [] }
}
