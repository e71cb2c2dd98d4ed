import type { EventEmitter } from 'node:events'
import type { FlushResult } from '../tracker.ts'

/** What happens at the end of a process. */
export interface ProcessWork {
  /** Sends what waits, in bounded time. */
  drain(): Promise<FlushResult>
  waiting(): number
  /** The process ends with this many events not sent. */
  giveUp(events: number): void
  /** The last moment, but for other listeners; synchronous. */
  leave(): void
}

/**
 * Sends what waits when the process has nothing else to do: Node emits `beforeExit` then, but not on `process.exit()`
 * or a signal, where only `leave` runs, or nothing at all. Returns what starts it for one tracker and returns what stops
 * it. However many there are, it listens once, and not at all while there are none.
 */
export function createProcessLifecycle(process: Pick<EventEmitter, 'on' | 'off'>): (work: ProcessWork) => () => void {
  const works = new Set<ProcessWork>()
  const givenUp = new WeakSet<ProcessWork>()

  function beforeExit() {
    for (const work of works) {
      if (givenUp.has(work) || work.waiting() === 0) continue
      void work.drain().then(({ waiting }) => {
        if (waiting === 0) return
        givenUp.add(work)
        work.giveUp(waiting)
      })
    }
  }

  function exit() {
    for (const work of works) work.leave()
  }

  return (work) => {
    if (works.size === 0) process.on('beforeExit', beforeExit).on('exit', exit)
    works.add(work)
    return () => {
      if (works.delete(work) && works.size === 0) process.off('beforeExit', beforeExit).off('exit', exit)
    }
  }
}
