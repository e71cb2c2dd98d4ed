import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LoadResult, LoadTask } from './load-task.ts'

const PROGRAM = fileURLToPath(new URL('load-process.ts', import.meta.url))
/** More than a load takes by itself: for its start, and for answers that are waited for. */
const GRACE_MS = 310_000

/**
 * Sends a load from a process of its own, which no request is begun in after `until` has settled. Rejects where an answer
 * is missing or no success.
 */
export async function runLoad(task: LoadTask, until?: Promise<unknown>): Promise<LoadResult> {
  const running = promisify(execFile)(process.execPath, [PROGRAM, JSON.stringify(task)], {
    timeout: task.seconds * 1000 + GRACE_MS,
  })
  const end = () => void running.child.stdin?.end()
  void until?.then(end, end)
  try {
    return JSON.parse((await running).stdout) as LoadResult
  } catch (error) {
    // The error's own message is the whole command, with the key in it.
    const reason = /^\w*Error: .*$/m.exec((error as { stderr?: string }).stderr ?? '')?.[0]
    throw new Error(`A load of ${task.work.kind} failed: ${reason ?? 'it did not end in time'}`, { cause: error })
  }
}

const MAX_WARM_UP_SECONDS = 1

/** The same load over one connection before, and not counted: a server that has just started is slower. */
export async function warmUp(task: LoadTask): Promise<void> {
  await runLoad({ ...task, connections: 1, seconds: Math.min(MAX_WARM_UP_SECONDS, task.seconds / 5) })
}
