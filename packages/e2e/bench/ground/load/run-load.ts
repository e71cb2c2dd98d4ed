import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LoadResult, LoadTask } from './load-task.ts'

const PROGRAM = fileURLToPath(new URL('load-process.ts', import.meta.url))
/** More than a load takes by itself: for its start, and for answers that are waited for. */
const GRACE_MS = 620_000

/** Sends a load from a process of its own. Rejects where an answer is missing or no success. */
export async function runLoad(task: LoadTask): Promise<LoadResult> {
  const timeout = (task.seconds + (task.warmUpSeconds ?? 0)) * 1000 + GRACE_MS
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, JSON.stringify(task)], { timeout })
  return JSON.parse(stdout) as LoadResult
}
