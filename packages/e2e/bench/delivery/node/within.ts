import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 250

/** Asks an SDK again and again until `isEmpty` says that nothing waits in it, for at most `timeoutMs`. */
export async function within(timeoutMs: number, isEmpty: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + timeoutMs
  while (performance.now() < end) {
    const isDone = await atMost(
      end - performance.now(),
      isEmpty().catch(() => false),
    )
    if (isDone) return
    await delay(Math.min(PAUSE_MS, Math.max(0, end - performance.now())))
  }
}

/** `work`'s result, or `undefined` after `timeoutMs`. Its timer ends with it: how long a process lives is the SDK's. */
export async function atMost<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result | undefined> {
  const timer = new AbortController()
  const end = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined)
  try {
    return await Promise.race([work, end])
  } finally {
    timer.abort()
  }
}
