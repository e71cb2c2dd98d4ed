import type { Clock } from '../clock.ts'

/** Callers that wait until what was queued when they called has left the queue. */
export interface Drains {
  pending(): boolean
  /** Resolves when `settle` has seen `goal` removals, or after `timeoutMs`, whichever is first. */
  until(goal: number, timeoutMs: number): Promise<void>
  /** Everyone who waits now waits for one removal more. */
  extend(): void
  /** `removals`: events that left the queue since the start. */
  settle(removals: number): void
}

export function createDrains(clock: Clock): Drains {
  const goals = new Map<() => void, number>()
  return {
    pending: () => goals.size > 0,
    until: (goal, timeoutMs) =>
      new Promise((resolve) => {
        const finish = () => {
          stopTimer()
          goals.delete(finish)
          resolve()
        }
        // Keeps the process alive: an awaited promise alone does not, and the caller was promised an answer.
        const stopTimer = clock.startTimer(finish, timeoutMs, true)
        goals.set(finish, goal)
      }),
    extend() {
      for (const [finish, goal] of goals) goals.set(finish, goal + 1)
    },
    settle(removals) {
      for (const [finish, goal] of goals) if (removals >= goal) finish()
    },
  }
}
