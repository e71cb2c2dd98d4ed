import type { EventEmitter } from 'node:events'
import type { FlushResult } from '../tracker.ts'

/**
 * Sends what waits when the process has nothing else to do: Node emits `beforeExit` then, but not on `process.exit()`
 * or a signal. Returns how to stop listening. If events are still left after `drain`, `giveUp` hears how many.
 */
export function startProcessLifecycle(
  process: Pick<EventEmitter, 'on' | 'off'>,
  drain: () => Promise<FlushResult>,
  waiting: () => number,
  giveUp: (events: number) => void,
): () => void {
  let isDraining = false
  const onBeforeExit = () => {
    if (isDraining || waiting() === 0) return
    isDraining = true
    void drain().then((result) => {
      if (result.waiting === 0) isDraining = false
      else giveUp(result.waiting)
    })
  }
  process.on('beforeExit', onBeforeExit)
  return () => process.off('beforeExit', onBeforeExit)
}
