import { createTracker, fileQueue } from 'truecount'
import type { Subject, SubjectSettings } from '../subject.ts'

/** The built package, through its published name. */
export function createSubject({ queueFolder, ...settings }: SubjectSettings): Subject {
  const tracker = createTracker({
    ...settings,
    ...(queueFolder === undefined ? {} : { queue: fileQueue(queueFolder) }),
  })
  const dropReasons: Record<string, number> = {}
  const errors = new Set<string>()
  tracker.on('dropped', ({ reason }) => (dropReasons[reason] = (dropReasons[reason] ?? 0) + 1))
  tracker.on('error', ({ message }) => errors.add(message))
  return {
    track: (name, userId, metadata) => tracker.track(name, metadata, { userId }),
    flush: async (timeoutMs) => void (await tracker.flush({ timeoutMs })),
    shutdown: async (timeoutMs) => void (await tracker.shutdown({ timeoutMs })),
    books: () => ({ ...tracker.stats(), dropReasons, errors: [...errors] }),
  }
}
