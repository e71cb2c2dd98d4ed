import type { Subject } from '../../../test/node/subject.ts'

/** An SDK that does nothing: what the measuring itself costs. */
export function createSubject(): Subject {
  return {
    track: () => undefined,
    flush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
    books: () => undefined,
  }
}
