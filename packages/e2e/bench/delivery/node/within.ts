import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 250

/** Asks an SDK again and again until `isEmpty` says that nothing waits in it, for at most `timeoutMs`. */
export async function within(timeoutMs: number, isEmpty: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + timeoutMs
  while (performance.now() < end) {
    const rest = end - performance.now()
    const isDone = await Promise.race([isEmpty().catch(() => false), delay(rest, false)])
    if (isDone) return
    await delay(Math.min(PAUSE_MS, rest))
  }
}
