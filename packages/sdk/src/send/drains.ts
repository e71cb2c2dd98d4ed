import type { Clock } from '../clock.ts'

/** Callers that wait until what was queued when they called has left the queue. */
export interface Drains {
  /** How many wait. */
  pending(): number
  /** Resolves when `settle` has seen a progress of `goal`, or after `timeoutMs`, whichever is first. */
  until(goal: number, timeoutMs: number): Promise<void>
  /** `progress`: how far it has come since the start. */
  settle(progress: number): void
}

export function createDrains(clock: Clock): Drains {
  const goals = new Map<() => void, number>()
  return {
    pending: () => goals.size,
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
    settle(progress) {
      for (const [finish, goal] of goals) if (progress >= goal) finish()
    },
  }
}
