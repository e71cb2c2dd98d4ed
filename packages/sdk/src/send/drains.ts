import type { Clock } from '../clock.ts'

/** Callers that wait until what was queued when they called has left the queue. */
export interface Drains {
  pending(): boolean
  /** Resolves when `settle` has seen `goal` removals, or after `timeoutMs`, whichever is first. */
  join(goal: number, timeoutMs: number): Promise<void>
  /** Everyone who waits now waits for `removals` more. */
  extend(removals: number): void
  /** `removals`: events that left the queue since the start. */
  settle(removals: number): void
}

export function createDrains(clock: Clock): Drains {
  const waiting = new Map<() => void, number>()
  return {
    pending: () => waiting.size > 0,
    join: (goal, timeoutMs) =>
      new Promise((resolve) => {
        const finish = () => {
          stopTimer()
          waiting.delete(finish)
          resolve()
        }
        // Keeps the process alive: an awaited promise alone does not, and the caller was promised an answer.
        const stopTimer = clock.startTimer(finish, timeoutMs, true)
        waiting.set(finish, goal)
      }),
    extend(removals) {
      for (const [finish, goal] of waiting) waiting.set(finish, goal + removals)
    },
    settle(removals) {
      for (const [finish, goal] of waiting) if (removals >= goal) finish()
    },
  }
}
