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
 * or a signal, where only `leave` runs, or nothing at all. Returns what stops it: it listens no more.
 */
export function startProcessLifecycle(process: Pick<EventEmitter, 'on' | 'off'>, work: ProcessWork): () => void {
  let hasGivenUp = false

  function beforeExit() {
    if (hasGivenUp || work.waiting() === 0) return
    void work.drain().then(({ waiting }) => {
      hasGivenUp = waiting > 0
      if (hasGivenUp) work.giveUp(waiting)
    })
  }

  process.on('beforeExit', beforeExit)
  process.on('exit', work.leave)
  return () => {
    process.off('beforeExit', beforeExit)
    process.off('exit', work.leave)
  }
}
