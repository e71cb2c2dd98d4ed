import type { ErasedPiece, Eraser } from '../store/eraser.ts'

/** About as long as a piece takes: whoever else writes gets at least half of the time. */
export const ERASURE_PAUSE_MS = 5

export interface ErasureParts {
  readonly eraser: Eraser
  /** Between two pieces: lets others write. */
  readonly pause: () => Promise<void>
  /** Ends the erasure after the piece under way. */
  readonly stopping?: AbortSignal
  /** Told how many events are deleted so far. */
  readonly onProgress?: (events: number) => void
}

/** Deletes a project's events with a timestamp before an instant, gives their space back and tells how many they were. */
export function eraseBefore(parts: ErasureParts, projectId: string, beforeMs: number): Promise<number> {
  return eraseAll(parts, (from) => parts.eraser.eraseBefore(projectId, beforeMs, from))
}

/** Deletes all that is stored of a user, gives the space back and tells how many events they were. */
export function eraseUser(parts: ErasureParts, projectId: string, userId: string): Promise<number> {
  return eraseAll(parts, (from) => parts.eraser.eraseUser(projectId, userId, from))
}

async function eraseAll(parts: ErasureParts, eraseFrom: (from: number) => Promise<ErasedPiece>): Promise<number> {
  let events = 0
  let piece: ErasedPiece = { events: 0, next: 0 }
  while (piece.next !== undefined) {
    if (parts.stopping?.aborted) return events
    piece = await eraseFrom(piece.next)
    events += piece.events
    parts.onProgress?.(events)
    await parts.pause()
  }
  if (events > 0) await giveSpaceBack(parts)
  return events
}

async function giveSpaceBack({ eraser, pause, stopping }: ErasureParts): Promise<void> {
  for (;;) {
    if (stopping?.aborted || !(await eraser.shrink())) return
    await pause()
  }
}
