import type { Eraser, Retention } from '../store/eraser.ts'

const DAY_MS = 86_400_000

/** How often the collector looks for events that a project no longer keeps. */
const EVERY_MS = 10 * 60_000

export interface RetentionWorkerParts {
  readonly eraser: Pick<Eraser, 'eraseBefore'>
  readonly retention: Retention
  readonly now: () => number
  /** Calls a function again and again; returns what ends it. */
  readonly every: (intervalMs: number, run: () => void) => () => void
  readonly onErased: (projectId: string, events: number) => void
  readonly onError: (error: unknown) => void
}

export interface RetentionWorker {
  /** Resolves when the project under way is done, and nothing follows. */
  stop(): Promise<void>
}

/** Deletes what is older than its project keeps it: now, and from time to time. */
export function startRetentionWorker(parts: RetentionWorkerParts): RetentionWorker {
  const stopping = new AbortController()
  let pass: Promise<void> | undefined
  const begin = () => {
    pass ??= erasePast(parts, stopping.signal)
      .catch(parts.onError)
      .finally(() => (pass = undefined))
  }
  const cancel = parts.every(EVERY_MS, begin)
  begin()
  return {
    async stop() {
      cancel()
      stopping.abort()
      await pass
    },
  }
}

async function erasePast(parts: RetentionWorkerParts, stopping: AbortSignal): Promise<void> {
  for (const { projectId, days } of await parts.retention.list()) {
    if (days === null || stopping.aborted) continue
    try {
      const events = await parts.eraser.eraseBefore(projectId, parts.now() - days * DAY_MS)
      if (events > 0) parts.onErased(projectId, events)
    } catch (error) {
      // Of one project alone: the others' events must not stay for it.
      parts.onError(error)
    }
  }
}
