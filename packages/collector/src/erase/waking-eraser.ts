import type { Eraser } from '../store/eraser.ts'

/** An eraser that tells whoever reclaims when there is something to do. */
export function wakingEraser(eraser: Eraser, wake: () => void): Eraser {
  const told = (events: number) => {
    if (events > 0) wake()
    return events
  }
  return {
    eraseBefore: async (projectId, beforeMs) => told(await eraser.eraseBefore(projectId, beforeMs)),
    eraseUser: async (projectId, userId) => told(await eraser.eraseUser(projectId, userId)),
    reclaim: eraser.reclaim,
  }
}
